package demo

// What people complain of: kinds of polluters, how often, in which season and at which
// hours. Shares follow the bulletins of real cities.

import (
	"math"
	"math/rand/v2"
	"time"
)

// matter is one kind of trouble. Its words stand under its name in words/*.txt.
type matter struct {
	name   string
	weight float64
	types  []string        // always
	also   []share[string] // with a chance
	effect string          // what it does to people: smell, noise, dust, water, waste, land, fear
	summer float64         // how much more of it in July; below 1 it is winter's
	night  float64         // share that happens between 22 and 6 o'clock
	scene  string          // what its photos show
	known  string          // what was tried before: firm, site, public
	unseen float64         // share of messages that name no unit
}

var matters = []matter{
	{name: "restaurant", weight: 13, types: []string{"cooking_fume"}, also: []share[string]{{"social_noise", 0.2}}, effect: "smell", summer: 1.2, night: 0.15, scene: "kitchen", known: "firm"},
	{name: "site", weight: 16, types: []string{"construction_noise"}, also: []share[string]{{"dust", 0.3}}, effect: "noise", summer: 1.5, night: 0.7, scene: "site", known: "site"},
	{name: "earth", weight: 5.5, types: []string{"dust"}, also: []share[string]{{"construction_noise", 0.25}}, effect: "dust", summer: 0.8, night: 0.1, scene: "site", known: "site"},
	{name: "chemical", weight: 7, types: []string{"industrial_gas"}, also: []share[string]{{"odour", 0.55}, {"water", 0.12}}, effect: "smell", summer: 1.3, night: 0.5, scene: "chimney", known: "firm", unseen: 0.15},
	{name: "workshop", weight: 7.5, types: []string{"industrial_gas"}, also: []share[string]{{"odour", 0.3}, {"industrial_noise", 0.25}}, effect: "smell", summer: 1.1, night: 0.1, scene: "workshop", known: "firm"},
	{name: "metal", weight: 3, types: []string{"industrial_noise"}, also: []share[string]{{"dust", 0.25}}, effect: "noise", summer: 1.1, night: 0.4, scene: "workshop", known: "firm"},
	{name: "social", weight: 7.5, types: []string{"social_noise"}, effect: "noise", summer: 1.8, night: 0.6, scene: "street", known: "firm"},
	{name: "dance", weight: 3, types: []string{"social_noise"}, effect: "noise", summer: 2.2, night: 0.2, scene: "street", known: "public"},
	{name: "traffic", weight: 3, types: []string{"traffic_noise"}, also: []share[string]{{"dust", 0.1}}, effect: "noise", summer: 1.2, night: 0.6, scene: "street", known: "public"},
	{name: "farm", weight: 4.5, types: []string{"odour"}, also: []share[string]{{"water", 0.55}}, effect: "smell", summer: 1.7, night: 0.1, scene: "farm", known: "firm"},
	{name: "station", weight: 3, types: []string{"odour"}, also: []share[string]{{"solid_waste", 0.6}, {"water", 0.15}}, effect: "waste", summer: 1.6, night: 0.05, scene: "heap", known: "firm"},
	{name: "outfall", weight: 5, types: []string{"water"}, also: []share[string]{{"odour", 0.35}}, effect: "water", summer: 1.4, night: 0.3, scene: "river", known: "firm", unseen: 0.3},
	{name: "concrete", weight: 3, types: []string{"dust"}, also: []share[string]{{"industrial_noise", 0.5}}, effect: "dust", summer: 0.9, night: 0.3, scene: "site", known: "firm"},
	{name: "quarry", weight: 1.5, types: []string{"dust"}, also: []share[string]{{"ecological_damage", 0.5}}, effect: "dust", summer: 1, night: 0.1, scene: "heap", known: "firm"},
	{name: "burning", weight: 2.5, types: []string{"air"}, also: []share[string]{{"solid_waste", 0.2}}, effect: "smell", summer: 0.5, night: 0.2, scene: "chimney", known: "public", unseen: 0.5},
	{name: "dumping", weight: 2.5, types: []string{"solid_waste"}, also: []share[string]{{"soil", 0.4}, {"water", 0.2}}, effect: "waste", summer: 1, night: 0.4, scene: "heap", known: "public", unseen: 0.5},
	{name: "radiation", weight: 1.5, types: []string{"radiation"}, effect: "fear", summer: 1, night: 0, scene: "street", known: "public"},
	{name: "boiler", weight: 2.5, types: []string{"air"}, also: []share[string]{{"dust", 0.2}}, effect: "dust", summer: 0.15, night: 0.3, scene: "chimney", known: "firm"},
	{name: "wetland", weight: 1, types: []string{"ecological_damage"}, effect: "land", summer: 1, night: 0.1, scene: "river", known: "public"},
}

// in is the weight of a matter at a time of the year.
func (mt matter) in(at time.Time) float64 {
	july := (1 - math.Cos(2*math.Pi*float64(at.YearDay()-15)/365)) / 2 // 0 in mid January, 1 in mid July
	return mt.weight * math.Exp(math.Log(mt.summer)*(2*july-1))
}

// typesOf one complaint: the kind's own and what came with it.
func (mt matter) typesOf(r *rand.Rand) []string {
	out := append([]string{}, mt.types...)
	for _, t := range mt.also {
		if r.Float64() < t.weight {
			out = append(out, t.value)
		}
	}
	return out
}

// sources of complaints with their shares.
var sources = []share[string]{
	{"hotline_12345", 0.50},
	{"wechat", 0.20},
	{"web", 0.11},
	{"online_message", 0.04},
	{"superior_referral", 0.05},
	{"inspection_team", 0.03},
	{"visit", 0.02},
	{"letter", 0.02},
	{"email", 0.01},
	{"leader_instruction", 0.01},
	{"other", 0.01},
}

var refusals = []share[string]{
	{"out_of_competence", 0.52},
	{"insufficient_clue", 0.22},
	{"in_process_elsewhere", 0.10},
	{"repeated_finalised", 0.10},
	{"in_legal_procedure", 0.03},
	{"false_report", 0.03},
}

var identities = []share[string]{{"contact_only", 0.45}, {"real_name", 0.22}, {"anonymous", 0.33}}
