package demo

import "clew/internal/report"

var once = []int{1}

func anybody(women, youngest, oldest int) part {
	return part{women: women, youngest: youngest, oldest: oldest, with: nobody}
}

func tied(to int, t tie) part {
	return part{women: 500, youngest: 18, oldest: 70, with: to, tie: t}
}

var (
	twoAdults = []part{adult, adult}
	onCrime   = some(force, report.Crime)
	onCall    = some(force, report.Call)
	onLog     = some(force, report.Call, report.Call, report.Incident)
)

// Everything that is not stalking. Shares are of records, relative.
var noisePlots = []plot{
	{name: "shop theft", share: 140, lengths: once, vias: onCrime, tells: []string{"shop-theft"}, details: "theft-detail",
		offences: []offence{{"46", "Theft from shop"}}, cast: twoAdults, named: [2]int{60, 560}, regulars: true, board: 500},
	{name: "burglary", share: 60, lengths: once, vias: onCrime, tells: []string{"burglary"}, details: "theft-detail", strays: true,
		offences: []offence{burglary, burglary, {"30C", "Burglary - business and community"}}, cast: twoAdults, named: [2]int{950, 60}, regulars: true},
	{name: "vehicle crime", share: 75, lengths: once, vias: onCrime, tells: []string{"vehicle"}, details: "theft-detail", strays: true,
		offences: []offence{{"45", "Theft from vehicle"}, {"48", "Theft of motor vehicle"}, damageCar}, cast: twoAdults, named: [2]int{950, 50}, regulars: true},
	{name: "crash", share: 70, lengths: once, vias: join(onLog, some(force, report.Incident)), tells: []string{"crash"}, details: "crash-detail", strays: true,
		cast: twoAdults, named: [2]int{900, 750}, written: []string{"stranger", "unknown", ""}},
	{name: "antisocial behaviour", share: 95, lengths: once, vias: onLog, tells: []string{"asb"}, details: "asb-detail", more: 150, strays: true,
		cast: twoAdults, named: [2]int{700, 80}},
	{name: "neighbour dispute", share: 70, lengths: []int{1, 1, 2, 2, 3, 4, 5, 7, 10}, days: [2]int{10, 500}, relation: neighbour, written: []string{"neighbour"},
		vias: join(onLog, onCrime, some(anyLandlord, report.Incident, report.Note)), tells: []string{"parking", "parking", "noise-row"}, details: "quarrel-detail", more: 350,
		offences: []offence{publicOrder, harassment, damageOther}, cast: twoAdults, named: [2]int{970, 900}, sides: true},
	{name: "business dispute", share: 22, lengths: []int{1, 1, 2, 3, 4}, days: [2]int{10, 200}, vias: join(onLog, onCrime), tells: []string{"business"}, more: 200,
		written: []string{"acquaintance", "customer", ""}, offences: []offence{{"53C", "Fraud"}, malicious}, cast: twoAdults, named: [2]int{950, 850}, sides: true},
	{name: "debt", share: 20, lengths: []int{1, 1, 1, 2, 3, 5}, days: [2]int{10, 150}, vias: onLog, tells: []string{"debt"}, more: 200,
		written: []string{"unknown", ""}, cast: twoAdults, named: [2]int{950, 600}},
	{name: "child contact", share: 35, lengths: []int{1, 2, 2, 3, 4, 6, 8}, days: [2]int{20, 600}, vias: join(onLog, some(anySchool, report.Note)), tells: []string{"contact"}, more: 300, relation: ex,
		written: []string{"former-partner", "ex-partner", ""}, cast: []part{anybody(700, 20, 48), suspectPart(250, 20, 50, married)}, named: [2]int{980, 930}, sides: true},
	{name: "one long night", share: 20, lengths: []int{2, 3, 4, 5, 5, 6}, days: [2]int{0, 0}, vias: onCall, tells: []string{"night"}, relation: ex,
		written: []string{"former-partner", "partner", "acquaintance"}, cast: []part{anybody(750, 18, 55), suspectPart(150, 18, 55, married)}, named: [2]int{950, 900}},
	{name: "domestic abuse", share: 95, lengths: []int{1, 2, 2, 3, 3, 4, 5, 6, 8, 11}, days: [2]int{20, 700}, tells: []string{"domestic"}, details: "home-detail", more: 250, relation: partner,
		vias: join(onCrime, onCrime, onLog, some(hospitals, report.Note), some(anyGP, report.Note)), written: []string{"partner", "partner", "husband", "boyfriend", ""},
		offences: []offence{assault, injury, {"8U", "Controlling or coercive behaviour"}, {"", "Domestic - no offences"}},
		cast:     []part{anybody(730, 18, 70), {women: 230, youngest: 18, oldest: 70, with: 0, tie: married}}, named: [2]int{980, 950}},
	{name: "assault", share: 60, lengths: once, vias: onCrime, tells: []string{"assault"}, details: "theft-detail", strays: true, offences: []offence{assault, injury},
		cast: twoAdults, named: [2]int{930, 400}, regulars: true, written: []string{"stranger", "acquaintance", "unknown"}},
	{name: "one-off", share: 30, lengths: once, vias: join(onLog, onCrime), tells: []string{"one-off"}, details: "call-detail", strays: true, relation: stranger,
		offences: []offence{harassment, malicious, {"", "Suspicious circumstances"}}, cast: []part{anybody(720, 15, 70), anybody(150, 16, 70)}, named: [2]int{960, 350}, written: []string{"stranger", "unknown", ""}},
	{name: "cross-allegation", share: 9, lengths: []int{2, 2, 3, 4, 5}, days: [2]int{5, 200}, vias: join(onLog, onCrime), tells: []string{"cross"}, relation: acquaintance,
		offences: []offence{harassment, assault, publicOrder}, cast: twoAdults, named: [2]int{990, 970}, sides: true, written: []string{"acquaintance", "friend"}},
	{name: "fraud", share: 45, lengths: once, vias: onCrime, tells: []string{"fraud"}, details: "fraud-detail", strays: true, offences: []offence{{"53C", "Fraud"}}, cast: twoAdults, named: [2]int{960, 40}},
	{name: "missing or welfare", share: 52, lengths: []int{1, 1, 1, 1, 2, 3}, days: [2]int{3, 300}, vias: onLog, tells: []string{"welfare"}, details: "call-detail", absent: true, cast: []part{anybody(500, 8, 90), adult}, named: [2]int{970, 0}},
	{name: "found property", share: 25, lengths: once, vias: some(force, report.FoundProperty), tells: []string{"found"}, details: "found-detail", cast: twoAdults, named: [2]int{350, 0}},
	{name: "intelligence", share: 28, lengths: once, vias: some(force, report.Intelligence), tells: []string{"intel"}, details: "intel-detail", more: 200, cast: twoAdults, named: [2]int{0, 900}, regulars: true},
	{name: "health", share: 35, lengths: once, vias: join(some(hospitals, report.Note), some(anyGP, report.Note)), tells: []string{"health"}, details: "health-detail", strays: true, cast: twoAdults, named: [2]int{990, 0}},
	{name: "school day", share: 22, lengths: once, vias: some(anySchool, report.Note), tells: []string{"school"}, details: "school-detail", cast: []part{anybody(500, 8, 17), adult}, named: [2]int{950, 0}, board: 300},
	{name: "repair", share: 18, lengths: once, vias: some(anyLandlord, report.Note), tells: []string{"repair"}, details: "repair-detail", more: 100, cast: twoAdults, strays: true, named: [2]int{980, 0}},
	{name: "campus day", share: 8, lengths: once, vias: some(anyCampus, report.Incident), tells: []string{"campus"}, details: "campus-detail", cast: []part{anybody(520, 18, 30), adult}, named: [2]int{940, 0}},
	{name: "supervision", share: 16, lengths: []int{1, 2, 3, 4}, days: [2]int{20, 200}, vias: some(probationNorthmoor, report.Note), tells: []string{"supervision"}, details: "supervision-detail", more: 300, cast: twoAdults, named: [2]int{0, 990}, regulars: true},
	{name: "bus", share: 8, lengths: once, vias: some(buses, report.Incident), tells: []string{"bus"}, details: "bus-detail", cast: twoAdults, named: [2]int{150, 50}},

	// People who are easily taken for one another.
	{name: "household", share: 12, lengths: []int{2, 3, 4}, days: [2]int{5, 500}, vias: join(onCrime, onLog), tells: []string{"vehicle", "asb", "fraud", "welfare", "crash"},
		cast: []part{adult, adult, tied(0, household), tied(0, household)}, victims: []int{0, 2, 3}, named: [2]int{1000, 100}},
	{name: "twins", share: 5, lengths: []int{2, 3, 4}, days: [2]int{5, 500}, vias: join(onCrime, onLog), tells: []string{"doubles", "vehicle", "asb", "assault"},
		cast: []part{anybody(500, 16, 60), adult, tied(0, twin)}, victims: []int{0, 2}, named: [2]int{1000, 150}},
	{name: "father and son", share: 5, lengths: []int{2, 3, 4}, days: [2]int{5, 500}, vias: join(onCrime, onLog), tells: []string{"doubles", "shop-theft", "assault", "vehicle"},
		cast: []part{adult, anybody(200, 17, 45), tied(1, parent)}, suspects: []int{1, 2}, named: [2]int{700, 1000}},
	{name: "namesakes", share: 8, lengths: []int{2, 3}, days: [2]int{5, 600}, vias: join(onCrime, onLog), tells: []string{"doubles", "fraud", "crash", "vehicle"},
		cast: []part{adult, adult, tied(0, namesake)}, victims: []int{0, 2}, named: [2]int{1000, 200}},
}
