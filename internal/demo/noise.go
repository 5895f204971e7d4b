package demo

import "clew/internal/report"

var once = []int{1}

func anybody(women, youngest, oldest int) part {
	return part{women: women, youngest: youngest, oldest: oldest, with: nobody}
}

var (
	twoAdults = []part{adult, adult}
	onCrime   = some(force, report.Crime)
	onCall    = some(force, report.Call)
	onLog     = some(force, report.Call, report.Call, report.Incident)
)

// Everything that is not stalking. Shares are of records, in a thousand or so.
var noisePlots = []plot{
	{name: "shop theft", share: 140, lengths: once, vias: onCrime, tells: []string{"shop-theft"}, offences: []offence{{"46", "Theft from shop"}}, cast: twoAdults, named: [2]int{60, 560}, regulars: true, board: 500},
	{name: "burglary", share: 60, lengths: once, vias: onCrime, tells: []string{"burglary"}, offences: []offence{burglary, {"30C", "Burglary - business and community"}}, cast: twoAdults, named: [2]int{950, 60}, regulars: true},
	{name: "vehicle crime", share: 75, lengths: once, vias: onCrime, tells: []string{"vehicle"}, offences: []offence{{"45", "Theft from vehicle"}, {"48", "Theft of motor vehicle"}, damageCar}, cast: twoAdults, named: [2]int{950, 50}, regulars: true},
	{name: "crash", share: 70, lengths: once, vias: join(onLog, some(force, report.Incident)), tells: []string{"crash"}, cast: twoAdults, named: [2]int{900, 750}, written: []string{"stranger", "unknown", ""}},
	{name: "antisocial behaviour", share: 100, lengths: once, vias: onLog, tells: []string{"asb"}, offences: []offence{{}, {}, publicOrder}, cast: twoAdults, named: [2]int{700, 80}},
	{name: "neighbour dispute", share: 70, lengths: []int{1, 1, 2, 2, 3, 4, 5, 7, 10}, days: [2]int{10, 500}, vias: join(onLog, onCrime, some(anyLandlord, report.Incident, report.Note)), tells: []string{"parking", "noise-row"}, relation: neighbour, written: []string{"neighbour"},
		offences: []offence{{}, {}, publicOrder, harassment}, cast: twoAdults, named: [2]int{970, 900}, sides: true},
	{name: "business dispute", share: 22, lengths: []int{1, 1, 2, 3, 4}, days: [2]int{10, 200}, vias: onLog, tells: []string{"business"}, written: []string{"acquaintance", "customer", ""}, offences: []offence{{}, {"53C", "Fraud"}}, cast: twoAdults, named: [2]int{950, 850}, sides: true},
	{name: "debt", share: 20, lengths: []int{1, 1, 1, 2, 3, 5}, days: [2]int{10, 150}, vias: onLog, tells: []string{"debt"}, written: []string{"unknown", ""}, cast: twoAdults, named: [2]int{950, 600}},
	{name: "child contact", share: 35, lengths: []int{1, 2, 2, 3, 4, 6, 8}, days: [2]int{20, 600}, vias: join(onLog, some(anySchool, report.Note)), tells: []string{"contact"}, relation: ex, written: []string{"former-partner", "ex-partner", ""},
		cast: []part{anybody(700, 20, 48), suspectPart(250, 20, 50, married)}, named: [2]int{980, 930}, sides: true},
	{name: "one long night", share: 20, lengths: []int{2, 3, 4, 5, 5, 6}, days: [2]int{0, 0}, vias: onCall, tells: []string{"night"}, relation: ex, written: []string{"former-partner", "partner", "acquaintance"}, cast: []part{anybody(750, 18, 55), suspectPart(150, 18, 55, married)}, named: [2]int{950, 900}},
	{name: "domestic abuse", share: 95, lengths: []int{1, 2, 2, 3, 3, 4, 5, 6, 8, 11}, days: [2]int{20, 700}, vias: join(onCrime, onCrime, onLog, some(hospitals, report.Note), some(anyGP, report.Note)), tells: []string{"domestic"}, relation: partner, written: []string{"partner", "partner", "husband", "boyfriend", ""},
		offences: []offence{assault, injury, {"8U", "Controlling or coercive behaviour"}, {"", "Domestic - no offences"}}, cast: []part{anybody(730, 18, 70), {women: 230, youngest: 18, oldest: 70, with: 0, tie: married}}, named: [2]int{980, 950}},
	{name: "assault", share: 60, lengths: once, vias: onCrime, tells: []string{"assault"}, offences: []offence{assault, injury}, cast: twoAdults, named: [2]int{930, 400}, regulars: true, written: []string{"stranger", "acquaintance", "unknown"}},
	{name: "fraud", share: 45, lengths: once, vias: onCrime, tells: []string{"fraud"}, offences: []offence{{"53C", "Fraud"}}, cast: twoAdults, named: [2]int{960, 40}},
	{name: "missing or welfare", share: 55, lengths: once, vias: onLog, tells: []string{"welfare"}, cast: []part{anybody(500, 8, 90), adult}, named: [2]int{970, 0}},
	{name: "found property", share: 25, lengths: once, vias: some(force, report.FoundProperty), tells: []string{"found"}, cast: twoAdults, named: [2]int{350, 0}},
	{name: "intelligence", share: 28, lengths: once, vias: some(force, report.Intelligence), tells: []string{"intel"}, cast: twoAdults, named: [2]int{0, 900}, regulars: true},
	{name: "health", share: 35, lengths: once, vias: join(some(hospitals, report.Note), some(anyGP, report.Note)), tells: []string{"health"}, cast: twoAdults, named: [2]int{990, 0}},
	{name: "school day", share: 22, lengths: once, vias: some(anySchool, report.Note), tells: []string{"school"}, cast: []part{anybody(500, 8, 17), adult}, named: [2]int{950, 0}, board: 300},
	{name: "repair", share: 18, lengths: once, vias: some(anyLandlord, report.Note), tells: []string{"repair"}, cast: twoAdults, named: [2]int{980, 0}},
	{name: "campus day", share: 8, lengths: once, vias: some(anyCampus, report.Incident), tells: []string{"campus"}, cast: []part{anybody(520, 18, 30), adult}, named: [2]int{940, 0}},
	{name: "supervision", share: 16, lengths: []int{1, 2, 3, 4}, days: [2]int{20, 200}, vias: some(probationNorthmoor, report.Note), tells: []string{"supervision"}, cast: twoAdults, named: [2]int{0, 990}, regulars: true},
	{name: "bus", share: 8, lengths: once, vias: some(buses, report.Incident), tells: []string{"bus"}, cast: twoAdults, named: [2]int{150, 50}},
}
