package demo

// The words that texts are made of: places, polluters, times, what people saw and smelt.

import (
	"fmt"
	"math/rand/v2"
	"strings"
)

var (
	surnames = strings.Fields("王 李 张 刘 陈 杨 赵 黄 周 吴 徐 孙 胡 朱 高 林 何 郭 马 罗 梁 宋 郑 谢 韩 唐 冯 于 董 萧")
	given    = strings.Fields("丽 强 敏 静 磊 洋 勇 艳 杰 娟 涛 明 超 秀英 霞 平 刚 桂芳 建国 志远 晓燕 海波 文静 立新 春梅 国栋 雪 思远 玉兰 少华")
	streets  = strings.Fields("化工路 幸福里 滨河大道 东风街 建设路 工业北路 红旗巷 向阳街 新华路 青年路 复兴街 兴业路 人民东路 康乐巷 石桥村 柳林村 双庙村 河湾村 西关大街 文昌路 光明小区 御景苑 翠屏花园 金桥社区")
	times    = []string{"每天夜里", "凌晨两三点", "最近一周", "入夏以来", "每到傍晚", "白天上班时间", "周末早上", "下雨天", "从上个月开始", "半夜十二点以后", "中午和晚上饭点", "连续好几天"}
	endings  = []string{"窗户不敢开，希望尽快处理。", "家里有老人和孩子，实在受不了。", "多次向物业反映没有结果。", "请求现场检查并给予答复。", "已严重影响正常生活。", "希望执法人员能在夜间来查。", "周边居民意见很大。", "请依法查处。"}
)

// matter is one kind of trouble: who causes it and how people put it.
type matter struct {
	kind    string
	also    []string // further types that often come with it
	weight  float64
	summer  float64 // how much more of it in summer; below 1 it is winter's
	units   []string
	signs   []string
	found   []string
	items   []string
	article string
}

var matters = []matter{
	{
		"odour",
		[]string{"industrial_gas"},
		0.20, 1.5,
		[]string{"宏发化工厂", "绿源饲料有限公司", "盛达橡胶制品厂", "天合涂料公司", "永兴养殖场", "城东污水处理站"},
		[]string{"飘来刺鼻的酸臭味，像臭鸡蛋", "有浓烈的油漆味，呛得人头疼", "养殖场粪便臭味很大，苍蝇很多", "闻到塑料烧焦的味道"},
		[]string{"现场可闻到明显异味，废气处理设施活性炭已饱和", "车间未密闭，异味逸散", "粪污暂存池未加盖"},
		[]string{"更换活性炭并做好台账", "车间密闭并保持负压运行", "粪污池加盖并喷洒除臭剂"},
		"《大气污染防治法》第八十条",
	},
	{
		"dust",
		[]string{"construction_noise"},
		0.14, 0.8,
		[]string{"锦绣城二期工地", "恒远建材堆场", "老城区改造项目部", "通达混凝土搅拌站", "顺风砂石料场"},
		[]string{"渣土车进出带泥上路，尘土飞扬", "砂石堆放没有覆盖，一刮风满天灰", "工地没有喷淋，窗台一天一层土"},
		[]string{"裸土约六百平方米未覆盖", "出入口洗车设施未运行", "料堆未苫盖，喷淋设施损坏"},
		[]string{"裸露土方全部覆盖", "修复洗车设施并专人值守", "料堆苫盖并恢复喷淋"},
		"《大气污染防治法》第六十九条",
	},
	{
		"cooking_fume",
		[]string{"social_noise"},
		0.11, 1.1,
		[]string{"老灶台火锅店", "阿婆烧烤", "湘味小厨", "川江鱼庄", "喜来家常菜馆"},
		[]string{"油烟直接排到楼上，衣服都不敢晾", "烧烤露天炭火，烟味灌进屋里", "排烟口正对居民窗户"},
		[]string{"油烟净化器未清洗，净化效率下降", "排烟管道接口漏烟", "未安装油烟净化设施"},
		[]string{"清洗油烟净化器并按月清洗", "修复排烟管道", "安装油烟净化设施"},
		"《大气污染防治法》第八十一条",
	},
	{
		"construction_noise",
		[]string{"dust"},
		0.16, 1.4,
		[]string{"锦绣城二期工地", "地铁三号线施工段", "云川大厦项目", "滨河管网改造工程"},
		[]string{"夜间打桩到凌晨，根本睡不着", "混凝土浇筑通宵作业，噪声很大", "早上五点就开始切割钢筋"},
		[]string{"夜间施工未取得证明", "夜间噪声实测超过限值", "未公告夜间施工"},
		[]string{"停止夜间产生噪声的作业", "设置隔声围挡", "夜间施工须取得证明并公告"},
		"《噪声污染防治法》第四十三条",
	},
	{
		"social_noise", nil, 0.14, 1.7,
		[]string{"金嗓子歌厅", "星河广场", "健身俱乐部", "夜色酒吧", "惠民超市"},
		[]string{"音响低音震得玻璃响", "广场舞音量很大，一直到晚上十点半", "空调外机嗡嗡作响"},
		[]string{"边界噪声超过二类区夜间限值", "低频噪声明显，音响未限幅", "外机减振垫老化"},
		[]string{"安装隔声门并限制音量", "更换减振垫", "二十二时后停止使用音响"},
		"《噪声污染防治法》第六十四条",
	},
	{
		"industrial_noise",
		[]string{"industrial_gas"},
		0.05, 1.0,
		[]string{"鼎力机械加工厂", "恒昌纺织厂", "振华冷库"},
		[]string{"冲床声一下一下很有规律，夜里特别明显", "风机二十四小时轰鸣"},
		[]string{"风机未做隔声", "冲压车间门窗敞开作业"},
		[]string{"风机加装隔声罩", "夜间关闭门窗作业"},
		"《噪声污染防治法》第二十二条",
	},
	{
		"water",
		[]string{"odour"},
		0.12, 1.2,
		[]string{"丰源食品厂", "顺达洗车行", "青河纸业", "城南屠宰点", "万和印染公司"},
		[]string{"往河里排黑水，鱼都翻白了", "雨水沟流出白色泡沫水", "河面漂着一层油"},
		[]string{"雨水口有生产废水流出，已采样", "沉淀池外溢，废水入沟", "污水管破损"},
		[]string{"封堵雨水口并接入污水管网", "清理沉淀池并修复池壁", "修复破损管道"},
		"《水污染防治法》第三十九条",
	},
	{
		"solid_waste",
		[]string{"odour"},
		0.05, 1.0,
		[]string{"废旧物资回收站", "路边建筑垃圾点", "弘盛木业"},
		[]string{"夜里偷倒建筑垃圾，堆了几十方", "焚烧废塑料和电线，黑烟滚滚", "废油桶露天堆放，油渗到地里"},
		[]string{"约三十立方米建筑垃圾未清运", "危险废物未按规定贮存", "有焚烧痕迹"},
		[]string{"清运垃圾并恢复原状", "危险废物入库并建立台账", "清理焚烧残留"},
		"《固体废物污染环境防治法》第二十条",
	},
	{
		"ecological_damage", nil, 0.02, 1.0,
		[]string{"河道采砂点", "山场开垦点"},
		[]string{"在河道里挖砂，岸坡都塌了", "推了一片林地，说是要建厂房"},
		[]string{"现场有采砂机械和新挖痕迹", "林地被平整约四亩"},
		[]string{"停止开挖并撤出机械", "恢复植被"},
		"《环境保护法》第三十条",
	},
	{
		"radiation", nil, 0.01, 1.0,
		[]string{"通信基站", "变电站"},
		[]string{"楼顶装了基站，担心辐射", "变电站离小区太近，要求检测"},
		[]string{"现场监测，工频电场强度低于限值", "基站已备案，监测值达标"},
		[]string{"公开监测结果"},
		"《环境保护法》第五十三条",
	},
}

var sources = []share[string]{
	{"hotline_12345", 0.46},
	{"wechat", 0.22},
	{"web", 0.09},
	{"visit", 0.03},
	{"letter", 0.03},
	{"email", 0.02},
	{"superior_referral", 0.06},
	{"leader_instruction", 0.01},
	{"inspection_team", 0.03},
	{"online_message", 0.04},
	{"other", 0.01},
}

var refusals = []struct{ reason, advice string }{
	{"out_of_competence", "该事项由城市管理部门负责，请拨打 12319 反映。"},
	{"out_of_competence", "交通噪声由公安交管部门负责，请向其反映。"},
	{"insufficient_clue", "请补充具体地点和时间，可再次反映。"},
	{"in_process_elsewhere", "该问题正由上级督察组办理，请留意公示。"},
	{"repeated_finalised", "该问题已办结并答复，如有新情况请补充。"},
	{"in_legal_procedure", "该事项已进入诉讼程序，请依判决处理。"},
	{"false_report", "经核查未发现所述单位，请核对后再反映。"},
}

func (mt matter) text(r *rand.Rand, address, unit string) string {
	opening := pick(r, []string{"您好，", "我是附近居民，", "", "", "麻烦你们管一管，", "匿名举报："})
	return fmt.Sprintf("%s%s%s%s，%s。%s", opening, address, unit, pick(r, times), pick(r, mt.signs), pick(r, endings))
}

func (mt matter) finding(r *rand.Rand) string {
	return fmt.Sprintf("%s到现场，天气%s。%s。现场负责人%s配合检查并确认情况属实。", pick(r, []string{"上午", "下午", "夜间突击"}),
		pick(r, []string{"晴", "阴", "多云"}), pick(r, mt.found), pick(r, surnames)+"某")
}

func (mt matter) reply(unit string, substantiated bool) string {
	if !substantiated {
		return fmt.Sprintf("您反映%s的问题，经现场核查和监测，未发现超标排放，不属实。如有新的线索请继续反映，感谢监督。", unit)
	}
	return fmt.Sprintf("您反映%s的问题属实。我局已依法责令改正，并由两名执法人员现场核验，整改已完成。感谢您的监督。", unit)
}
