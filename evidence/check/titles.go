package check

// What flags are called, those of checks and the others that a photo may carry.

// Titles are the names of flags for people.
var Titles = map[string]Text{
	string(CaseDistance):   {"距案件地点", "distance from the case"},
	string(ExifDistance):   {"照片信息位置", "position in the tags"},
	string(VisitTime):      {"核查时段", "time of the visit"},
	string(ReceivedTime):   {"收到时间", "time of receipt"},
	string(ExifClock):      {"相机时间", "camera clock"},
	string(SatelliteClock): {"卫星时间", "satellite clock"},
	string(MockLocation):   {"模拟定位", "mocked location"},
	string(Speed):          {"移动速度", "speed"},
	string(SameFix):        {"定位不变", "coordinates that never move"},
	string(Software):       {"编辑软件", "editing software"},
	string(Metadata):       {"拍摄信息", "missing tags"},
	string(Camera):         {"相机型号", "another camera"},
	string(ReusedFile):     {"重复使用", "file used before"},
	string(ReusedPicture):  {"画面雷同", "picture used before"},
	string(PairPlace):      {"整改前后位置", "place of the pair"},
	string(PairHeading):    {"整改前后方向", "direction of the pair"},
	string(PairOrder):      {"整改前后次序", "order of the pair"},
	string(PairPicture):    {"整改前后画面", "pictures of the pair"},
	string(DeviceChain):    {"设备照片链", "chain of the device"},
	"size_differs":         {"文件大小不符", "another size than announced"},
	"unreadable":           {"图像无法解码", "image cannot be decoded"},
	"metadata_absent":      {"无拍摄信息", "no tags"},
	"metadata_unreadable":  {"拍摄信息损坏", "tags are broken"},
	"late":                 {"办结后上传", "came after the close"},
}
