package check

// The sentences of the codes, in both languages, with the compared values filled in.

import (
	"fmt"
	"math"
	"strconv"
	"strings"
)

// Text is a sentence in both languages; {name} is a value, written by the unit that its name
// ends with.
type Text struct{ ZH, EN string }

// Texts by code.
var Texts = map[string]Text{
	"near_case":              {"拍摄位置距案件地点 {distance_m}，定位精度 {accuracy_m}", "Taken {distance_m} from the case, accurate to {accuracy_m}"},
	"far_from_case":          {"拍摄位置距案件地点 {distance_m}，定位精度 {accuracy_m}", "Taken {distance_m} from the case, accurate to {accuracy_m}"},
	"tags_agree":             {"照片信息中的位置与手机定位相差 {distance_m}", "The position in the file is {distance_m} from the phone's"},
	"tags_elsewhere":         {"照片信息中的位置与手机定位相差 {distance_m}，定位精度 {accuracy_m}", "The position in the file is {distance_m} from the phone's, accurate to {accuracy_m}"},
	"tags_in_gcj02":          {"照片信息中的位置相差 {distance_m}，按火星坐标（GCJ-02）解读则一致", "The position in the file is {distance_m} off, and right if read as GCJ-02"},
	"within_visit":           {"在核查时段内拍摄", "Taken during the inspection"},
	"before_visit":           {"早于核查开始 {off_s} 拍摄", "Taken {off_s} before the inspection began"},
	"after_visit":            {"晚于核查结束 {off_s} 拍摄", "Taken {off_s} after the inspection ended"},
	"before_receipt":         {"拍摄时间早于服务器收到的时间", "Taken before the server received it"},
	"from_the_future":        {"拍摄时间比服务器收到的时间晚 {ahead_s}", "The time it claims is {ahead_s} after the server received it"},
	"camera_clock_agrees":    {"照片信息中的时间与手机时间相差 {off_s}", "The time in the file is {off_s} from the phone's"},
	"camera_clock_differs":   {"照片信息中的时间与手机时间相差 {off_s}", "The time in the file is {off_s} from the phone's"},
	"camera_in_another_zone": {"照片信息中的时间相差 {off_s}，可能是另一时区", "The time in the file is {off_s} off: perhaps another time zone"},
	"satellites_agree":       {"卫星时间与手机时间相差 {off_s}", "The satellites' time is {off_s} from the phone's"},
	"satellites_differ":      {"卫星时间与手机时间相差 {off_s}", "The satellites' time is {off_s} from the phone's"},
	"location_mocked":        {"手机报告使用了模拟定位", "The phone says that its location was mocked"},
	"location_not_mocked":    {"手机未报告模拟定位", "The phone reports no mocked location"},
	"speed_possible":         {"距该设备上一张照片 {distance_m}，间隔 {took_s}", "{distance_m} from the device's photo before it, {took_s} later"},
	"speed_impossible":       {"距该设备上一张照片 {distance_m}，仅隔 {took_s}，相当于 {speed_kmh}", "{distance_m} from the device's photo before it, only {took_s} later: {speed_kmh}"},
	"fix_moves":              {"定位随拍摄变化", "The position changes from photo to photo"},
	"fix_never_moves":        {"{photos} 张照片在 {span_s} 内坐标完全相同", "{photos} photos over {span_s} have exactly the same coordinates"},
	"edited_by":              {"照片经图像编辑软件处理：{software}", "Written by an image editor: {software}"},
	"stamped_by":             {"照片由水印相机生成：{software}", "Written by a watermark app: {software}"},
	"no_editor":              {"未发现编辑软件痕迹", "No sign of an image editor"},
	"tags_present":           {"照片信息完整", "The photo carries tags"},
	"tags_missing":           {"照片没有拍摄信息，而该设备此前 {of} 张中有 {with} 张带有", "It carries no tags; {with} of {of} earlier photos of the device do"},
	"tags_never_written":     {"照片没有拍摄信息，该设备一向如此", "It carries no tags; neither do others of the device"},
	"camera_known":           {"相机型号与该设备此前一致：{camera}", "The device's camera as before: {camera}"},
	"camera_changed":         {"相机型号为 {camera}，该设备此前为 {before}", "The camera is {camera}; the device had {before} before"},
	"file_new":               {"此前没有相同的文件", "No earlier file is the same"},
	"file_twice_here":        {"同一文件在本案中已上传过", "The same file came before, in this case"},
	"file_of_other_case":     {"同一文件已用于另一案件", "The same file was used in another case"},
	"file_of_other_item":     {"同一文件已用于另一整改事项", "The same file was used for another item"},
	"picture_new":            {"此前没有雷同画面", "No earlier picture is like it"},
	"picture_of_other_case":  {"画面与另一案件的照片雷同（相差 {bits} 位）", "The picture is like one of another case ({bits} bits apart)"},
	"picture_of_other_item":  {"画面与本案另一用途的照片雷同（相差 {bits} 位）", "The picture is like another of this case ({bits} bits apart)"},
	"picture_of_a_burst":     {"画面与同一场景的连拍照片相近", "The picture is like others of the same scene and time"},
	"pair_together":          {"整改前后拍摄位置相距 {distance_m}", "Before and after were taken {distance_m} apart"},
	"pair_apart":             {"整改前后拍摄位置相距 {distance_m}，定位精度 {accuracy_m} 和 {before_accuracy_m}", "Before and after were taken {distance_m} apart, accurate to {accuracy_m} and {before_accuracy_m}"},
	"pair_one_way":           {"整改前后拍摄方向相差 {turn_deg}", "Before and after differ by {turn_deg}"},
	"pair_turned":            {"整改前后拍摄方向相差 {turn_deg}", "Before and after look in directions {turn_deg} apart"},
	"pair_in_order":          {"整改后照片晚于整改前照片", "After was taken later than before"},
	"pair_backwards":         {"整改后照片早于整改前照片", "The photo after the work was taken before the one before it"},
	"pair_two_pictures":      {"整改前后是两幅画面（相差 {bits} 位）", "Before and after are two pictures ({bits} bits apart)"},
	"pair_one_picture":       {"整改前后画面雷同（相差 {bits} 位）", "Before and after are like one picture ({bits} bits apart)"},
	"pair_one_file":          {"整改前后是同一个文件", "Before and after are the same file"},
	"chain_whole":            {"该设备的上一张照片已收到", "The device's previous photo is known"},
	"chain_gap":              {"该设备的上一张照片尚未收到，可能被删除", "The device's previous photo has not come: it may have been deleted"},
	"chain_forks":            {"另有一张照片称同一张为上一张", "Another photo names the same one as its previous"},
	"chain_of_other_device":  {"所称的上一张照片属于另一设备", "The photo that it names as previous is another device's"},
	"chain_backwards":        {"所称的上一张照片拍摄时间更晚", "The photo that it names as previous was taken later"},
	"chain_begins_anew":      {"该设备的照片链从此重新开始", "The device's chain begins anew here"},
}

// Say is the sentence of a result in a language, "zh-CN" or another for English; "" if its
// code is not known.
func (r Result) Say(language string) string {
	text, zh := Texts[r.Code].EN, language == "zh-CN"
	if zh {
		text = Texts[r.Code].ZH
	}
	for name, value := range r.Values {
		text = strings.ReplaceAll(text, "{"+name+"}", written(name, value, zh))
	}
	return text
}

// units by the end of a value's name: from which number on one is used, and what it is called.
var units = map[string][]struct {
	from   float64
	size   float64
	zh, en string
}{
	"m":   {{1000, 1000, "公里", "km"}, {0, 1, "米", "m"}},
	"s":   {{172_800, 86_400, "天", "days"}, {7_200, 3_600, "小时", "hours"}, {120, 60, "分钟", "minutes"}, {0, 1, "秒", "seconds"}},
	"kmh": {{0, 1, "公里/小时", "km/h"}},
	"deg": {{0, 1, "度", "degrees"}},
}

// written is a value with its unit: {distance_m} of 3200 is "3.2 公里".
func written(name string, value any, zh bool) string {
	number, ok := asNumber(value)
	if !ok {
		return fmt.Sprint(value)
	}
	_, end, _ := cutLast(name)
	for _, u := range units[end] {
		if number < u.from {
			continue
		}
		text := strconv.FormatFloat(math.Round(number/u.size*10)/10, 'f', -1, 64)
		if zh {
			return text + " " + u.zh
		}
		return text + " " + u.en
	}
	return strconv.FormatFloat(number, 'f', -1, 64)
}

func asNumber(v any) (float64, bool) {
	switch n := v.(type) {
	case int:
		return float64(n), true
	case float64:
		return n, true
	}
	return 0, false
}

func cutLast(name string) (before, after string, found bool) {
	if i := strings.LastIndexByte(name, '_'); i >= 0 {
		return name[:i], name[i+1:], true
	}
	return name, "", false
}
