package main

// The rows of our server: officers in agencies, their cases, and inspections as people write
// them, laid down in bulk before the server starts.

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"runtime/debug"
	"strconv"
	"strings"
	"time"

	"github.com/pocketbase/pocketbase/core"

	"xuncha/hooks"
	"xuncha/hooks/store"
)

// team are officers who work on the same cases, with so many inspections in all.
type team struct{ officers, rows int }

// teams are some alike.
func teams(count, officers, rows int) []team {
	out := make([]team, count)
	for i := range out {
		out[i] = team{officers, rows}
	}
	return out
}

// world is a data folder of ours and what the bench knows of it.
type world struct {
	dir   string
	crews []crew
	desk  officer // a dispatcher of the whole city
	root  string  // token of the operator
	city  string  // the agency above all
}

// crew is a team that exists.
type crew struct {
	officers []officer
	rows     []seeded
}

type officer struct{ id, token string }

// seeded is an inspection with the seq of its first version.
type seeded struct {
	id, of string // of is its case
	seq    int64
	nth    uint64 // of all
}

func (s seeded) version() string { return fmt.Sprint(s.seq) }

const (
	rowsOfCase = 100 // inspections
	ofAgency   = 20  // officers
	atOnce     = 2000
)

// bcryptOfNothing is the hash of a password that nobody uses: tokens are made directly, and
// making a thousand hashes takes a minute.
const bcryptOfNothing = "$2a$10$abcdefghijklmnopqrstuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuu"

// seed lays down a world for the teams.
func (b *bench) seed(teams []team) (w world, err error) {
	w.dir = b.folder(house)
	start := time.Now()
	app, err := hooks.Open(w.dir)
	if err != nil {
		return w, err
	}
	defer func() { err = errors.Join(err, app.ResetBootstrapState()) }()
	if err := hooks.Register(app, hooks.Config{Now: time.Now}); err != nil {
		return w, err
	}
	s := sower{app: app, w: &w}
	if err := app.RunInTransaction(func(tx core.App) error {
		s.app = tx
		return s.people(teams)
	}); err != nil {
		return w, err
	}
	s.app = app
	if s.bulk, err = store.NewBulk(app); err != nil {
		return w, err
	}
	for i := range w.crews {
		if err := s.cases(&w.crews[i], teams[i].rows); err != nil {
			return w, err
		}
	}
	if err := s.write(); err != nil {
		return w, err
	}
	b.say("   laid down: %d officers, %d inspections in %v", s.officers, s.rows, time.Since(start).Round(time.Millisecond))
	debug.FreeOSMemory()
	return w, nil
}

// sower writes a world.
type sower struct {
	app      core.App
	w        *world
	bulk     *store.Bulk
	pending  []*core.Record
	places   []*seeded // of the pending, nil for a case
	agency   string
	officers int // so far, as the cases and the rows
	files    int
	rows     int
}

func (s *sower) people(teams []team) error {
	city, err := s.save("agencies", map[string]any{"name": "青河市生态环境局", "division_code": "990100", "level": "city"})
	if err != nil {
		return err
	}
	s.w.city = city.Id
	if s.w.desk, err = s.person("dispatcher", city.Id); err != nil {
		return err
	}
	root, err := s.save(core.CollectionNameSuperusers, map[string]any{"email": "root@bench.test"})
	if err != nil {
		return err
	}
	if s.w.root, err = root.NewAuthToken(); err != nil {
		return err
	}
	for _, t := range teams {
		var c crew
		for range t.officers {
			if s.officers%ofAgency == 0 {
				n := s.officers / ofAgency
				a, err := s.save("agencies", map[string]any{"name": fmt.Sprintf("青河市第%d分局", n+1), "division_code": fmt.Sprintf("9901%02d", n%99+1)})
				if err != nil {
					return err
				}
				s.agency = a.Id
			}
			s.officers++
			o, err := s.person("inspector", s.agency)
			if err != nil {
				return err
			}
			c.officers = append(c.officers, o)
		}
		s.w.crews = append(s.w.crews, c)
	}
	return nil
}

func (s *sower) person(role, agency string) (officer, error) {
	r, err := s.save("users", map[string]any{
		"name": "执法员" + fmt.Sprint(s.officers), "role": role, "agency": agency, "email": fmt.Sprintf("%s%d@bench.test", role, s.officers),
		"certificate_no": fmt.Sprintf("ZF-%06d", s.officers), "certificate_until": "2099-12-31", "on_duty": true,
	})
	if err != nil {
		return officer{}, err
	}
	token, err := r.NewAuthToken()
	return officer{r.Id, token}, err
}

func (s *sower) save(collection string, fields map[string]any) (*core.Record, error) {
	col, err := s.app.FindCachedCollectionByNameOrId(collection)
	if err != nil {
		return nil, err
	}
	r := core.NewRecord(col)
	r.Load(fields)
	if col.IsAuth() {
		r.SetRaw("password", &core.PasswordFieldValue{Hash: bcryptOfNothing})
		r.RefreshTokenKey()
	}
	return r, s.app.SaveWithContext(hooks.Seeding(context.Background()), r)
}

// cases gives a crew its cases and their inspections.
func (s *sower) cases(c *crew, rows int) error {
	ids := idsOf(c.officers)
	caseID := ""
	c.rows = make([]seeded, rows)
	for i := range c.rows {
		if i%rowsOfCase == 0 {
			s.files++
			caseID = fmt.Sprintf("case%011d", s.files)
			if err := s.add(nil, "cases", caseID, map[string]any{
				"number": fmt.Sprintf("2026-%06d", s.files), "status": "assigned", "round": 1, "agency": s.agency, "division_code": "990101",
				"title": "夜间恶臭扰民", "text": "工厂夜间排放刺鼻气味，附近居民多次反映。", "address": fmt.Sprintf("化工路%d号", s.files%200+1),
				"pollution_types": []string{"air"}, "location": map[string]any{"lon": 116.4, "lat": 39.9}, "inspectors": ids,
				"received_at": "2026-11-20T01:00:00.000Z", "due_strict": "2099-12-31",
			}); err != nil {
				return err
			}
		}
		s.rows++
		row := &c.rows[i]
		row.nth, row.of = uint64(s.rows), caseID
		id, fields := row.written(c.officers)
		row.id = id
		if err := s.add(row, "inspections", id, fields); err != nil {
			return err
		}
	}
	return nil
}

func (s *sower) add(place *seeded, collection, id string, fields map[string]any) error {
	col, err := s.app.FindCachedCollectionByNameOrId(collection)
	if err != nil {
		return err
	}
	r := core.NewRecord(col)
	if err := store.Fill(r, fields); err != nil {
		return err
	}
	r.Id = id
	s.pending, s.places = append(s.pending, r), append(s.places, place)
	if len(s.pending) < atOnce {
		return nil
	}
	return s.write()
}

// write writes what is pending, and notes the seqs that it got.
func (s *sower) write() error {
	batch, err := s.bulk.Prepare(s.pending)
	if err != nil {
		return err
	}
	for i, place := range s.places {
		if place != nil {
			place.seq = int64(s.pending[i].GetInt("seq"))
		}
	}
	s.pending, s.places = s.pending[:0], s.places[:0]
	return s.app.RunInTransaction(func(tx core.App) error { return s.bulk.Write(tx, batch) })
}

func idsOf(officers []officer) []string {
	ids := make([]string, len(officers))
	for i, o := range officers {
		ids[i] = o.id
	}
	return ids
}

// written is what an inspection holds, the same each time it is asked.
func (s seeded) written(officers []officer) (id string, fields map[string]any) {
	rng := rand.New(rand.NewPCG(2026, s.nth))
	id = idFrom(rng)
	return id, inspection(rng, s.of, idsOf(officers))
}

const letters = "0123456789abcdefghijklmnopqrstuvwxyz"

// idFrom is an id as PocketBase makes them.
func idFrom(rng *rand.Rand) string {
	id := make([]byte, 15)
	for i := range id {
		id[i] = letters[rng.IntN(len(letters))]
	}
	return string(id)
}

// What an inspection record says. Numbers differ, so that a page is no more alike than
// what people write.
var (
	seen = []string{
		"现场有刺鼻气味，下风向厂界处尤为明显", "废气处理设施未运行，控制柜处于断电状态", "企业负责人称设备自%d日起检修，未见检修记录", "活性炭箱压差读数为%d帕",
		"排气筒高度约%d米，采样口未按规范设置", "喷漆房门未关闭，集气罩风速偏低", "危废间标识不全，废活性炭约%d千克未贴标签", "台账记录至%d日，此后缺失",
		"已要求立即停止排放并拍照取证", "噪声监测点距厂界%d米，昼间连续监测", "雨污分流阀门处于开启状态", "沉淀池水面有油膜，面积约%d平方米",
		"在线监测数据缺失%d小时，运维单位称通讯故障", "未见异常", "物料露天堆放约%d平方米，未苫盖", "洒水车正在作业，进出口车辆冲洗设施可用",
	}
	said = []string{
		"当事人称该生产线已于%d日停产", "当事人表示将在%d日内完成整改并书面报告", "当事人对检查结果无异议", "当事人未到场，由车间主任陪同", "当事人称废气收集管道正在更换",
	}
	noted = []string{"需复测%d号点位", "附近居民反映夜间%d时后异味加重", "请带便携式检测仪", "门卫登记处有%d日进货单"}
	sky   = []string{"晴", "多云", "阴", "小雨", "大风"}
)

// inspection is one as people write them; rng decides.
func inspection(rng *rand.Rand, caseID string, officers []string) map[string]any {
	at := fmt.Sprintf("2026-10-%02dT%02d:%02d:00.000Z", rng.IntN(28)+1, rng.IntN(24), rng.IntN(60))
	out := map[string]any{
		"case": caseID, "round": 1, "inspectors": officers, "lead": officers[0], "created_by": officers[0], "started_at": at,
		"findings": phrases(rng, seen, 3+rng.IntN(4)), "statement": phrases(rng, said, 1+rng.IntN(2)), "weather": sky[rng.IntN(len(sky))],
		"samples": []string{fmt.Sprintf("S%04d", rng.IntN(10_000)), fmt.Sprintf("T%04d", rng.IntN(10_000))}[:rng.IntN(3)],
	}
	if rng.IntN(3) == 0 {
		out["max_noise_db"] = 50 + rng.IntN(40)
	}
	var notes []map[string]any
	for range rng.IntN(3) {
		notes = append(notes, map[string]any{"id": idFrom(rng), "at": at, "text": phrases(rng, noted, 1), "by": officers[0]})
	}
	if notes != nil {
		out["notes"] = notes
	}
	return out
}

func phrases(rng *rand.Rand, from []string, count int) string {
	text := ""
	for range count {
		phrase := from[rng.IntN(len(from))]
		if n := rng.IntN(90) + 1; strings.Contains(phrase, "%d") {
			phrase = strings.ReplaceAll(phrase, "%d", strconv.Itoa(n))
		}
		text += phrase + "，"
	}
	return text[:len(text)-len("，")] + "。"
}
