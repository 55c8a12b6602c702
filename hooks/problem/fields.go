package problem

// PocketBase's own refusals of fields, in our words: which field, why, in both languages.

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// ofField is one of PocketBase's reasons: our code for it and what it says in Chinese.
type ofField struct{ code, zh string }

// reasons are PocketBase's codes of a field; its own sentence is kept as the English one.
var reasons = map[string]ofField{
	"validation_required":                 {"field_missing", "不能为空。"},
	"validation_not_unique":               {"value_taken", "该值已被使用。"},
	"validation_pk_invalid":               {"value_taken", "该编号已被使用。"},
	"validation_invalid_or_existing_id":   {"value_taken", "该编号无效或已被使用。"},
	"validation_forbidden_pk_character":   {"id_invalid", "编号含有不允许的字符。"},
	"validation_reserved_pk":              {"id_invalid", "该编号是保留字。"},
	"validation_pk_change":                {"id_invalid", "编号不能修改。"},
	"validation_missing_rel_records":      {"value_unfit", "所指的记录不存在。"},
	"validation_min_text_constraint":      {"value_unfit", "内容太短。"},
	"validation_max_text_constraint":      {"too_long", "内容过长。"},
	"validation_length_too_long":          {"too_long", "内容过长。"},
	"validation_length_out_of_range":      {"value_unfit", "长度不在允许范围内。"},
	"validation_length_invalid":           {"value_unfit", "长度不对。"},
	"validation_json_size_limit":          {"too_long", "内容过大。"},
	"validation_content_size_limit":       {"too_long", "内容过大。"},
	"validation_too_many_values":          {"too_many", "选择过多。"},
	"validation_too_many_files":           {"too_many", "文件过多。"},
	"validation_not_enough_values":        {"value_unfit", "选择过少。"},
	"validation_min_number_constraint":    {"value_unfit", "数值过小。"},
	"validation_max_number_constraint":    {"value_unfit", "数值过大。"},
	"validation_only_int_constraint":      {"value_unfit", "应为整数。"},
	"validation_not_a_number":             {"value_unfit", "不是数字。"},
	"validation_invalid_email":            {"email_invalid", "邮箱地址有误。"},
	"validation_is_email":                 {"email_invalid", "邮箱地址有误。"},
	"validation_values_mismatch":          {"value_unfit", "两次输入不一致。"},
	"validation_invalid_old_password":     {"value_unfit", "原密码不对。"},
	"validation_invalid_password":         {"value_unfit", "密码不对。"},
	"validation_invalid_longitude":        {"coordinates_invalid", "经度有误。"},
	"validation_invalid_latitude":         {"coordinates_invalid", "纬度有误。"},
	"validation_invalid_json":             {"value_unfit", "不是有效的 JSON。"},
	"validation_invalid_format":           {"value_unfit", "格式不对。"},
	"validation_match_invalid":            {"value_unfit", "格式不对。"},
	"validation_in_invalid":               {"value_unfit", "不在可选范围内。"},
	"validation_invalid_mime_type":        {"value_unfit", "文件类型不对。"},
	"validation_file_size_limit":          {"value_unfit", "文件过大。"},
	"validation_invalid_token":            {"value_unfit", "令牌无效或已过期。"},
	"validation_url_domain_not_allowed":   {"value_unfit", "不允许此域名。"},
	"validation_email_domain_not_allowed": {"email_invalid", "不允许此邮箱域名。"},
}

// other is a reason that is not in the table.
var other = ofField{"value_unfit", "内容不符合要求。"}

// fields reads PocketBase's data of a refusal, {field: {code, message}}, adds the Chinese
// sentence to each, and returns our code of the first, by name, with both sentences.
func fields(data map[string]any) (code, en, zh string) {
	var ens, zhs []string
	for _, name := range slices.Sorted(maps.Keys(data)) {
		item, ok := data[name].(map[string]any)
		if !ok {
			continue
		}
		theirs, ok := item["code"].(string)
		if !ok { // fields of a field: {"passwords": {"0": {…}}}
			inner, e, z := fields(item)
			if inner == "" {
				continue
			}
			code = first(code, inner)
			ens, zhs = append(ens, name+" "+e), append(zhs, name+"."+z)
			continue
		}
		reason, known := reasons[theirs]
		if !known {
			reason = other
		}
		item["message_zh"] = reason.zh
		code = first(code, reason.code)
		ens, zhs = append(ens, fmt.Sprintf("%s: %v", name, item["message"])), append(zhs, name+"："+reason.zh)
	}
	return code, strings.Join(ens, " "), strings.Join(zhs, "")
}

func first(have, other string) string {
	if have != "" {
		return have
	}
	return other
}
