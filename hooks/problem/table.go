package problem

// The table: code, status, what to say. Keep it sorted by topic; the protocol
// document lists the same rows and a test holds the two together.

import (
	"net/http"
	"slices"

	"xuncha/casework"
)

// Row is how one code is answered.
type Row struct {
	Status int
	ZH, EN string
}

// Rows returns a copy of the table by code.
func Rows() map[string]Row {
	out := make(map[string]Row, len(rows))
	for code, row := range rows {
		out[code] = row
	}
	return out
}

// What the process does not admit is a conflict, with the process's own sentence.
func init() {
	t := casework.Process()
	for _, g := range slices.Concat(t.Refusals, t.Conditions, t.Guards) {
		if _, taken := rows[g.Code]; taken {
			panic("the code " + g.Code + " has two meanings") // two tables, seen at the first start
		}
		rows[g.Code] = Row{http.StatusConflict, g.ZH, g.EN}
	}
}

// byStatus names PocketBase's own refusals.
var byStatus = map[int]string{
	400: "bad_request", 401: "unauthorized", 403: "forbidden", 404: "not_found", 405: "method_not_allowed", 413: "body_too_large",
	415: "body_type_unknown", 429: "rate_limited",
}

var rows = map[string]Row{
	"internal":           {500, "服务器出错了，已记录。请稍后重试。", "Something went wrong on the server and is logged. Please try again later."},
	"restore_by_command": {409, "请先停止服务，再用 xuncha restore 恢复。", "A backup is restored by xuncha restore, with the server stopped."},
	"not_ready":          {503, "服务尚未就绪，请稍后再试。", "The server is not ready; please try again later."},
	"bad_request":        {400, "请求内容有误，请检查后重试。", "The request is not valid; check it and try again."},
	"bad_json":           {400, "内容不是有效的 JSON，请检查后重发。", "The body is not valid JSON; check it and send it again."},
	"unauthorized":       {401, "登录已失效，请重新登录。", "Your log-in is missing or no longer valid; please sign in again."},
	"forbidden":          {403, "您没有权限执行此操作。", "You are not allowed to do this."},
	"disabled":           {401, "此账号已停用，请联系管理员。", "This account is disabled; ask your administrator."},
	"not_found":          {404, "没有找到。", "Nothing was found here."},
	"body_too_large":     {413, "内容过大，请减少后重发。", "The body is too large; send less."},
	"busy":               {429, "服务器正忙，请稍后重试。", "The server is busy; please try again in a moment."},
	"rate_limited":       {429, "操作过于频繁，请稍后再试。", "Too many requests; please try again later."},
	"body_broken":        {400, "内容在传输中断开，请重发。", "The body broke off on its way; send it again."},
	"body_too_slow":      {408, "内容传输过慢，请在网络较好时重发。", "The body came too slowly; send it again on a better line."},
	"body_type_unknown":  {415, "内容类型无法识别，请以 UTF-8 的 application/json 发送。", "This type of body is not understood; send application/json in UTF-8."},
	"header_too_large":   {431, "请求头过大，请减少后重发。", "The header is too large; send less of it."},

	"password_wrong": {400, "用户名或密码不对，请核对后重试。", "The name or the password is wrong; check them and try again."},
	"field_missing":  {400, "缺少必填内容，请补全。", "Something that is needed is missing; fill it in."},
	"field_doubled":  {400, "同一字段出现了两次，请只保留一个。", "A field stands twice; send it once."},
	"value_taken":    {400, "该内容已被使用，请换一个。", "This value is taken already; choose another."},
	"id_invalid":     {400, "编号格式不对：应为 15 至 26 个字母或数字。", "The id must be 15 to 26 letters or digits."},
	"id_taken":       {409, "此编号已用于其他内容，请换一个新编号。", "This id already stands for other content; use a new id."},
	"case_unknown":   {404, "没有找到这个案件，或它不在您的范围内。", "There is no such case within your scope."},
	"filter_bad":     {400, "筛选条件有误，请检查。", "The filter is not valid; check its name and value."},
	"status_locked":  {409, "案件只能通过办理动作改变。", "A case changes only through an action."},
	"append_only":    {409, "此记录只能追加，不能修改或删除。", "This record is append-only: it is never changed or deleted."},

	"bad_encoding":   {400, "内容的压缩方式无法识别、已损坏或窗口超过 8 MiB，请不压缩重发。", "The body's compression is not understood, broken, or needs a window above 8 MiB; send it uncompressed."},
	"bad_order":      {400, "变更的序号不连续，请按顺序重发。", "The mutations are not in order; send them again with n rising by 1."},
	"client_invalid": {400, "客户端编号无效：应为 26 位 ULID。", "The client id is not valid; it is a ULID of 26 characters."},
	"push_too_large": {413, "一次发送的内容过多，请减半后重发。", "Too much in one push; send half of it."},
	"ticket_invalid": {401, "凭证已使用或已过期，请重新获取。", "The ticket was used or has expired; ask for a new one."},

	"reset":              {409, "服务器不再接续此设备上的数据；请移除复制状态并重新开始，本机文档保留。", "The server does not go on from what this device holds; remove the replication and begin again, and keep the documents."},
	"collection_unknown": {404, "没有此类数据可同步。", "There is no such collection to replicate."},

	"too_many_devices":         {409, "登记的设备过多，请先删除不用的设备。", "Too many devices are registered; remove one that is no longer used."},
	"channel_unknown":          {400, "不支持这种推送渠道。", "There is no such push channel."},
	"token_invalid":            {400, "推送令牌无效，请在应用中重新获取。", "The push token is not valid; get a new one in the app."},
	"device_unknown":           {404, "没有找到您的这台设备。", "You have no such device."},
	"device_owner":             {400, "设备必须属于一名用户或一件举报。", "A device belongs to one user or to one complaint."},
	"complaint_unknown":        {404, "编号、查询码或口令不对，请核对后重试。", "The number, the query code or the pass-phrase is wrong; check them and try again."},
	"media_type_not_supported": {415, "只接受 JPEG、PNG、WebP、HEIC 照片；执法人员还可上传 MP4 视频和 PDF 文件。", "Photos in JPEG, PNG, WebP or HEIC are taken; from officers MP4 and PDF too."},
	"file_too_large":           {413, "文件过大，请压缩后再传。", "The file is too large; make it smaller."},
	"image_too_large":          {413, "照片像素过大，请缩小后再传。", "The image has too many pixels; make it smaller."},
	"image_too_many_scans":     {422, "照片的编码过于复杂，请用相机原图或重新保存后再传。", "The image is packed in too many steps; send the camera's own file or save it anew."},
	"image_broken":             {422, "照片已损坏，无法读取，请重新拍摄或重新选择。", "The image is broken and cannot be read; take or choose it again."},
	"sha256_mismatch":          {422, "收到的内容与校验值不符，请重新上传。", "What arrived does not match its sha256; upload it again."},
	"sha256_missing":           {400, "缺少照片的 sha256 校验值。", "The photo's sha256 is missing."},
	"length_missing":           {400, "缺少文件长度。", "The file's length is missing."},
	"upload_unknown":           {404, "没有找到这个上传任务。", "There is no such upload of yours."},
	"length_mismatch":          {409, "此照片已登记为另一长度，请核对后重传。", "These bytes are known with another length; check the file and send it again."},
	"upload_offset_mismatch":   {409, "上传位置与已收到的长度不符，请查询进度后继续。", "The offset is not where the upload stands; ask with HEAD and go on from there."},
	"upload_offset_missing":    {400, "缺少上传位置 Upload-Offset。", "Upload-Offset is missing or no number."},
	"upload_piece_type":        {415, "分段内容的类型应为 application/offset+octet-stream。", "A piece is sent as application/offset+octet-stream."},
	"upload_too_long":          {413, "收到的内容超过所报长度，请重新上传。", "More came than Upload-Length said; upload the file again."},
	"upload_locked":            {423, "该照片正由另一请求上传，请稍后继续。", "Another request is at this upload; go on in a moment."},
	"upload_cut":               {409, "传输中断，请查询进度后继续。", "The piece broke off; ask with HEAD and go on from there."},
	"tus_version":              {412, "缺少或不支持的 Tus-Resumable 版本，应为 1.0.0。", "Tus-Resumable must be 1.0.0."},
	"tus_extension":            {501, "不支持此 tus 扩展。", "This extension of tus is not supported."},
	"photo_unknown":            {404, "没有找到这张照片，或它不在您的范围内。", "There is no such photo within your scope."},
	"pass_invalid":             {403, "链接无效或已过期，请重新获取。", "The address is not valid any more; ask for a new one."},
	"case_not_public":          {409, "案件办结后才能导出公开版。", "Only a closed case has a public form."},
	"tile_invalid":             {400, "没有这样的地图瓦片。", "There is no such tile of the map."},
	"shape_too_few":            {400, "选区至少要有三个顶点，请重新圈选。", "A shape needs at least three corners; draw it again."},
	"shape_too_large":          {400, "选区的顶点过多，请画得简单一些。", "The shape has too many corners; draw it more simply."},
	"too_many_cases":           {400, "案件数量超出上限，请缩小范围。", "These are more cases than one request may have; narrow them down."},
	"inspector_unknown":        {404, "辖区内没有这名执法人员。", "There is no such inspector within your range."},
	"original_altered":         {500, "原始照片与接收时不一致，未据此制作或导出，请联系运维人员核验。", "An original is not the one that was received; nothing was made of it or exported. Ask the operator to verify."},
	"original_missing":         {500, "原始照片已不在存储中，未制作或导出，请联系运维人员核验。", "An original that was received is gone; nothing was made of it or exported. Ask the operator to verify."},
	"checksum_unknown":         {400, "Upload-Checksum 无法识别，请使用 sha256 或 sha1。", "Upload-Checksum is not understood; send sha256 or sha1."},
	"checksum_mismatch":        {460, "这一段内容与其校验值不符，未保留；请重新发送这一段。", "The piece does not match its checksum and was not kept; send it again."},
	"storage_full":             {507, "服务器存储空间不足，已收到的内容不会丢失；请稍后继续。", "The server has no room now; what has arrived is kept, go on later."},
	"uploads_daily":            {429, "今日上传量已达上限，请明日继续。", "Today's bytes are used up; go on tomorrow."},
	"uploads_unfinished":       {429, "未完成的上传过多，请先完成或删除一些。", "Too many uploads are unfinished; finish or delete some."},
	"photo_no_copy":            {404, "该文件没有缩略图，请查看原件。", "There are no small copies of this file; take the original."},
	"storage_away":             {503, "照片存储暂时无法访问，请稍后再看。", "The place where photos rest does not answer; look again later."},
	"photo_pending":            {404, "照片尚未送达或正在处理，请稍后再看。", "The photo has not arrived yet, or is being made ready; look again later."},

	"bad_form":               {400, "表单内容有误或传输中断，请重新提交。", "The form is not valid or broke off; send it again."},
	"field_unknown":          {400, "有无法识别的字段，请核对字段名。", "There is a field that is not known; check its name."},
	"field_invalid":          {400, "有字段的类型不对，请检查。", "A field has the wrong type; check it."},
	"text_too_short":         {400, "举报内容太短，请至少写 5 个字。", "The text is too short; write at least 5 characters."},
	"too_long":               {400, "内容过长，请缩短。", "This is too long; make it shorter."},
	"too_many":               {400, "选择过多，请减少。", "Too many are chosen; choose fewer."},
	"too_many_photos":        {400, "照片过多，请减少后重发。", "There are too many photos; send fewer."},
	"source_unknown":         {400, "没有这种举报来源。", "There is no such source of complaints."},
	"source_reserved":        {403, "此来源只能由受理人员登记。", "This source is registered by intake staff only."},
	"pollution_type_unknown": {400, "没有这种污染类型。", "There is no such pollution type."},
	"identity_mode_unknown":  {400, "没有这种身份方式：请选实名、仅留联系方式或匿名。", "There is no such identity mode: choose real name, contact only or anonymous."},
	"contact_missing":        {400, "缺少联系方式：实名须有姓名，并留电话、邮箱或证件号；仅留联系方式须有电话或邮箱。", "The contact is incomplete: a real name comes with a phone, e-mail or id number; contact only with a phone or e-mail."},
	"contact_unexpected":     {400, "匿名举报不保存联系方式，请删去联系方式或改选其他身份方式。", "An anonymous complaint keeps no contact; leave it out or choose another identity mode."},
	"phone_invalid":          {400, "电话号码有误，请检查。", "The phone number is not valid; check it."},
	"email_invalid":          {400, "邮箱地址有误，请检查。", "The e-mail address is not valid; check it."},
	"id_number_invalid":      {400, "证件号有误，请检查。", "The id number is not valid; check it."},
	"place_missing":          {400, "请在地图上选点或填写地址。", "Give a position on the map or an address."},
	"coordinates_missing":    {400, "位置不完整：须有经度和纬度。", "The position needs a longitude and a latitude."},
	"coordinates_invalid":    {400, "坐标有误，请重新选点。", "The coordinates are no position; choose the place again."},
	"coordinates_swapped":    {400, "经度和纬度似乎写反了，请对调。", "Longitude and latitude look swapped; longitude comes first."},
	"crs_unknown":            {400, "请注明坐标系：wgs84、gcj02、bd09 或 cgcs2000。", "Name the datum of the position: wgs84, gcj02, bd09 or cgcs2000."},
	"accuracy_invalid":       {400, "定位精度有误。", "The accuracy of the position is not valid."},
	"division_invalid":       {400, "行政区划代码有误。", "The division code is not valid."},
	"time_invalid":           {400, "时间格式不对，应为 RFC 3339。", "The time is not valid; write it as RFC 3339."},
	"time_ahead":             {400, "发生时间不能晚于现在。", "The time lies in the future."},
	"external_id_invalid":    {400, "外部编号不完整：须有来源系统和编号。", "An external id needs its system and its id."},
	"external_id_taken":      {409, "此外部编号已用于内容不同的举报，请换一个编号或不填编号。", "This external id already stands for another message; send this one under another id or without."},
	"language_invalid":       {400, "语言代码有误，例如 zh-CN、en。", "The language is not valid; write it like zh-CN or en."},
	"reason_too_short":       {400, "理由太短，请写明。", "The reason is too short; say more."},
	"rating_incomplete":      {400, "请说明问题是否已解决。", "Say whether the matter is solved."},
	"score_invalid":          {400, "评分应为 1 至 5 分。", "The score is a whole number from 1 to 5."},
	"rating_early":           {409, "案件办结后才能评价。", "A case is rated once it is closed."},
	"rating_given":           {409, "本次办理结果已经评价过。", "This result is rated already."},

	"held_unknown":        {404, "没有找到这条待裁定内容，或它不在您的范围内。", "There is no such held work within your scope."},
	"held_settled":        {409, "这条内容已经裁定。", "This is settled already."},
	"held_moved":          {409, "现有内容已经变化，请重新查看后裁定。", "What stands has changed meanwhile; look at it again."},
	"round_frozen":        {409, "案件已重新办理，上一轮的记录不再改动。", "The case was reopened; records of the round that was closed are not changed any more."},
	"held_parent_missing": {409, "它所修改的记录尚未登记，请先裁定该记录的登记。", "The record that it edits is not there; settle its creation first."},
	"take_unknown":        {400, "请选择采用哪一方的内容：ours、theirs 或 text。", "Say what to take: ours, theirs or text."},
	"value_unfit":         {400, "内容不符合该字段的要求。", "The value does not fit the field."},

	"field_locked":          {403, "该字段不能由您修改。", "You may not change this field."},
	"outside_scope":         {403, "超出您的管辖范围。", "This lies outside your agency's scope."},
	"role_unknown":          {400, "没有这种角色。", "There is no such role."},
	"agency_unknown":        {400, "没有找到该机构。", "There is no such agency."},
	"action_unknown":        {400, "没有这种办理动作。", "There is no such action."},
	"deadline_rule_invalid": {400, "期限规则有误：请检查环节、来源、天数（1 至 3650）、单位、依据条款和行政区划代码。", "The deadline rule is not valid: check its step, source, number (1 to 3650), unit, article and division code."},
	"holidays_invalid":      {400, "节假日数据有误：请检查年份、日期和类型，同一日期只能出现一次。", "The holidays are not valid: check the year, the dates and their kinds; a date stands once."},
	"directory_in_use":      {409, "该数据目录正被另一个进程使用。", "Another process uses this data directory."},
	"evidence_locked":       {409, "证据一经登记不得修改原件或删除。", "Evidence is never deleted and its file is never replaced."},
	"method_not_allowed":    {405, "不支持这种请求方式。", "This method is not supported here."},
}
