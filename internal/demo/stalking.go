package demo

import "clew/internal/report"

// Most courses are short in the records, some are very long: so many in a
// hundred have so many records.
var courseLengths = spread([][2]int{{22, 2}, {20, 3}, {15, 4}, {11, 5}, {8, 6}, {6, 7}, {4, 8}, {3, 9}, {2, 10}, {2, 12}, {2, 14}, {1, 17}, {1, 20}, {1, 25}, {1, 34}, {1, 60}})

func spread(parts [][2]int) (all []int) {
	for _, p := range parts {
		for range p[0] {
			all = append(all, p[1])
		}
	}
	return all
}

// How a course comes to be known. A kind that stands more often is likelier.
var (
	crimes    = some(force, report.Crime, report.Crime, report.Crime, report.Crime, report.Crime, report.Crime, report.Crime)
	logs      = some(force, report.Call, report.Call, report.Call, report.Incident, report.Incident, report.Incident, report.Intelligence)
	elsewhere = some(otherForce, report.Crime, report.Call)
	health    = join(some(anyGP, report.Note, report.Note), some(hospitals, report.Note, report.Referral))
	schools   = some(anySchool, report.Note, report.Note, report.Referral)
	campus    = some(anyCampus, report.Note, report.Incident, report.Referral)
	tenancy   = some(anyLandlord, report.Incident, report.Note)
	support   = some(advocacy, report.Referral, report.Note, report.Note)
	licence   = some(probationNorthmoor, report.Note, report.Intelligence)
	finds     = some(force, report.FoundProperty)
)

func victimPart(women, youngest, oldest int) part {
	return part{women: women, youngest: youngest, oldest: oldest, with: nobody, hunted: true}
}

func suspectPart(women, youngest, oldest int, t tie) part {
	return part{women: women, youngest: youngest, oldest: oldest, with: 0, tie: t}
}

var stalkingPlots = []plot{
	{name: "former partner", stalking: true, share: 430, lengths: courseLengths, days: [2]int{14, 710}, relation: ex,
		cast:    []part{victimPart(830, 17, 62), suspectPart(120, 17, 64, married)},
		vias:    join(crimes, crimes, logs, logs, elsewhere, health, schools, tenancy, support, licence, finds),
		written: []string{"former-partner", "former-partner", "former-partner", "ex-husband", "ex boyfriend", "ex-partner", "", "acquaintance", "unknown"},
		repertoire: []deed{{"messages", 10, 6}, {"calls", 7, 5}, {"voicemail", 2, 2}, {"wait-home", 4, 6}, {"wait-work", 3, 4}, {"follow", 2, 6}, {"knock", 4, 6}, {"drive-by", 4, 4},
			{"letters", 2, 1}, {"gifts", 3, 2}, {"social", 4, 3}, {"fake-account", 1, 3}, {"post", 1, 3}, {"image", 1, 2}, {"monitor", 2, 4}, {"tracker", 1, 4}, {"third-party", 3, 4},
			{"damage-car", 1, 5}, {"damage-home", 0, 4}, {"entry", 1, 4}, {"pet", 0, 1}, {"threat", 1, 6}, {"threat-self", 2, 3}, {"assault", 1, 4}, {"weapon", 0, 1}, {"children", 2, 4}, {"breach", 0, 5}, {"false-claim", 0, 2}, {"search", 0, 2}}},
	{name: "stranger", stalking: true, share: 120, lengths: courseLengths, days: [2]int{10, 600}, relation: stranger,
		cast:    []part{victimPart(850, 16, 55), suspectPart(70, 18, 60, alike)},
		vias:    join(crimes, logs, logs, elsewhere, health, campus, tenancy, support, finds),
		written: []string{"stranger", "stranger", "unknown", ""},
		repertoire: []deed{{"follow", 6, 7}, {"wait-home", 4, 7}, {"wait-work", 6, 5}, {"letters", 4, 4}, {"gifts", 4, 4}, {"social", 4, 3}, {"messages", 3, 5}, {"calls", 2, 3}, {"watch", 3, 6}, {"drive-by", 2, 4},
			{"damage-car", 1, 3}, {"entry", 0, 3}, {"tracker", 0, 3}, {"threat", 0, 3}, {"assault", 0, 2}, {"knock", 1, 4}}},
	{name: "colleague", stalking: true, share: 90, lengths: courseLengths, days: [2]int{20, 700}, relation: colleague,
		cast:    []part{victimPart(780, 19, 60), suspectPart(180, 20, 62, alike)},
		vias:    join(crimes, logs, elsewhere, health, campus, support),
		written: []string{"colleague", "colleague", "work colleague", "acquaintance", "ex-colleague", ""},
		repertoire: []deed{{"messages", 8, 5}, {"email", 8, 6}, {"wait-work", 6, 7}, {"gifts", 4, 3}, {"letters", 3, 3}, {"follow", 2, 5}, {"social", 4, 4}, {"calls", 3, 4}, {"third-party", 2, 4}, {"post", 0, 3},
			{"drive-by", 1, 4}, {"damage-car", 0, 4}, {"watch", 0, 2}, {"tracker", 0, 2}, {"threat", 0, 3}, {"false-claim", 0, 3}, {"monitor", 1, 3}}},
	{name: "neighbour", stalking: true, share: 60, lengths: courseLengths, days: [2]int{30, 720}, relation: neighbour,
		cast:       []part{victimPart(760, 20, 75), suspectPart(200, 25, 75, alike)},
		vias:       join(crimes, logs, logs, health, tenancy, tenancy, support),
		written:    []string{"neighbour", "neighbour", "acquaintance", ""},
		repertoire: []deed{{"watch", 6, 7}, {"follow", 3, 6}, {"letters", 4, 4}, {"gifts", 4, 3}, {"knock", 5, 5}, {"wait-work", 2, 4}, {"social", 2, 3}, {"damage-home", 1, 3}, {"damage-car", 1, 3}, {"entry", 0, 3}, {"messages", 3, 3}, {"monitor", 0, 2}, {"threat", 0, 3}, {"pet", 0, 2}}},
	{name: "online only", stalking: true, share: 80, lengths: courseLengths, days: [2]int{10, 500}, relation: online,
		cast:       []part{victimPart(740, 15, 45), suspectPart(180, 15, 50, alike)},
		vias:       join(crimes, logs, elsewhere, health, schools, campus, support),
		written:    []string{"unknown", "stranger", "acquaintance", "met online", ""},
		repertoire: []deed{{"messages", 9, 8}, {"social", 7, 5}, {"fake-account", 4, 7}, {"post", 2, 6}, {"image", 2, 5}, {"monitor", 1, 5}, {"email", 4, 4}, {"threat", 1, 5}, {"threat-self", 2, 3}, {"third-party", 2, 4}, {"search", 0, 3}}},
	{name: "acquaintance", stalking: true, share: 70, lengths: courseLengths, days: [2]int{14, 600}, relation: acquaintance,
		cast:       []part{victimPart(790, 16, 60), suspectPart(160, 16, 62, alike)},
		vias:       join(crimes, logs, elsewhere, health, campus, support),
		written:    []string{"acquaintance", "friend", "acquaintance", "unknown", ""},
		repertoire: []deed{{"messages", 9, 6}, {"social", 6, 4}, {"gifts", 4, 3}, {"wait-work", 4, 6}, {"wait-home", 2, 6}, {"follow", 1, 5}, {"calls", 4, 4}, {"letters", 2, 3}, {"third-party", 2, 4}, {"knock", 2, 4}, {"damage-car", 0, 3}, {"threat", 0, 4}}},
	{name: "client", stalking: true, share: 50, lengths: courseLengths, days: [2]int{30, 700}, relation: client,
		cast:       []part{victimPart(780, 25, 62), suspectPart(250, 22, 65, alike)},
		vias:       join(crimes, logs, elsewhere, health, support),
		written:    []string{"acquaintance", "former client", "patient", "unknown", ""},
		repertoire: []deed{{"client", 9, 6}, {"letters", 5, 4}, {"gifts", 5, 3}, {"wait-work", 6, 7}, {"email", 5, 5}, {"follow", 1, 4}, {"search", 1, 3}, {"social", 3, 3}, {"wait-home", 0, 4}, {"false-claim", 0, 3}, {"threat", 0, 3}}},
	{name: "one suspect, many victims", stalking: true, share: 40, lengths: []int{5, 6, 7, 8, 9, 11, 13, 16, 20, 26, 34}, days: [2]int{60, 720}, relation: ex,
		cast: []part{victimPart(960, 18, 48), suspectPart(40, 20, 50, married), {women: 500, youngest: 40, oldest: 80, with: 0, tie: household},
			victimPart(960, 18, 48), victimPart(960, 18, 48), victimPart(960, 18, 48), victimPart(960, 18, 48)},
		vias:       join(crimes, crimes, logs, elsewhere, elsewhere, health, support, licence),
		written:    []string{"former-partner", "ex-girlfriend", "acquaintance", ""},
		repertoire: []deed{{"messages", 9, 5}, {"calls", 6, 4}, {"wait-home", 4, 6}, {"follow", 2, 5}, {"drive-by", 3, 4}, {"damage-car", 1, 5}, {"threat", 1, 6}, {"fake-account", 1, 3}, {"image", 1, 3}, {"tracker", 0, 4}, {"knock", 3, 5}}},
	{name: "police suspect", stalking: true, share: 20, lengths: courseLengths, days: [2]int{30, 700}, relation: officer,
		cast:       []part{victimPart(900, 20, 50), suspectPart(60, 23, 54, married)},
		vias:       join(crimes, logs, elsewhere, elsewhere, elsewhere, health, support),
		written:    []string{"former-partner", "acquaintance", "unknown", ""},
		repertoire: []deed{{"search", 5, 7}, {"messages", 7, 5}, {"drive-by", 5, 5}, {"wait-home", 3, 5}, {"wait-work", 3, 4}, {"follow", 2, 4}, {"third-party", 2, 4}, {"calls", 3, 3}, {"monitor", 1, 3}, {"threat", 0, 3}}},
	{name: "family", stalking: true, share: 40, lengths: courseLengths, days: [2]int{20, 700}, relation: relative,
		cast:       []part{victimPart(700, 18, 65), suspectPart(300, 20, 70, household)},
		vias:       join(crimes, logs, elsewhere, health, tenancy, support),
		written:    []string{"family", "brother", "family", "relative", ""},
		repertoire: []deed{{"messages", 7, 5}, {"calls", 7, 5}, {"knock", 5, 6}, {"third-party", 5, 5}, {"wait-home", 3, 5}, {"letters", 3, 2}, {"social", 3, 3}, {"threat", 1, 6}, {"damage-home", 0, 4}, {"search", 0, 3}, {"follow", 0, 3}, {"threat-self", 2, 3}}},
}

// What a course is recorded as goes by the worst of what a record tells.
var recordedAs = map[string][]offence{
	"messages": {malicious, malicious, harassment, harassmentClass, network},
	"calls":    {malicious, harassment, network2, harassmentClass}, "voicemail": {malicious, harassment}, "email": {malicious, harassment},
	"letters": {malicious, harassment, harassmentClass}, "gifts": {harassment, malicious}, "social": {malicious, network}, "fake-account": {malicious, harassment, falseComm},
	"post": {malicious, harassment}, "image": {intimate, malicious}, "monitor": {computer, harassment}, "tracker": {harassment, {"", "Suspicious circumstances"}, harassmentClass},
	"third-party": {harassment, malicious}, "damage-car": {damageCar, damageCar, damageCar, damageOther}, "damage-home": {damageHome, damageHome, damageOther},
	"entry": {burglary, theft, trespass}, "pet": {damageOther, {"", "Animal welfare"}}, "threat": {threatsToKill, threatComm, malicious, publicOrder},
	"threat-self": {malicious, {"", "Concern for safety"}}, "assault": {assault, assault, injury}, "weapon": {{"", "Possession of a weapon"}, threatsToKill},
	"breach": {breachNMO, breachRO, harassment}, "false-claim": {{"", "Wasting police time"}, harassment},
}

var (
	malicious       = offence{"8R", "Sending letters etc with intent to cause distress or anxiety"}
	harassment      = offence{"195/94", "Harassment without violence"}
	harassmentClass = offence{"8L", "Harassment"}
	network         = offence{"196/7", "Sending offensive, indecent, obscene or menacing message"}
	network2        = offence{"196/8", "Persistently making use of public communications network to cause annoyance"}
	falseComm       = offence{"138/52", "Sending a false communication"}
	threatComm      = offence{"5/28", "Sending a communication threatening death or serious harm"}
	intimate        = offence{"88/15", "Sharing or threatening to share an intimate image"}
	computer        = offence{"", "Unauthorised access to computer material"}
	damageCar       = offence{"58C", "Criminal damage to a vehicle"}
	damageHome      = offence{"58A", "Criminal damage to a dwelling"}
	damageOther     = offence{"58D", "Other criminal damage"}
	burglary        = offence{"28E", "Burglary - residential"}
	theft           = offence{"49", "Other theft"}
	trespass        = offence{"", "Trespass"}
	threatsToKill   = offence{"3/1", "Threats to kill"}
	publicOrder     = offence{"125/12", "Public order s.4A - intentional harassment, alarm or distress"}
	assault         = offence{"105A", "Assault without injury"}
	injury          = offence{"8N", "Assault with injury"}
	breachNMO       = offence{"66/39", "Breach of a non-molestation order"}
	breachRO        = offence{"8/31", "Breach of a restraining order"}
)

var stalkingOffences = []offence{{"8/65", "Stalking involving fear of violence"}, {"8/66", "Stalking involving serious alarm or distress"}, {"195/12", "Stalking without fear, alarm or distress"}, {"8Q", "Stalking"}}
