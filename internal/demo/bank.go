package demo

import (
	"embed"
	"fmt"
	"strings"
)

//go:embed data
var data embed.FS

// A bank is a file of texts under headings: "= heading" and the lines below it.
type bank struct {
	order []string
	lines map[string][]string
}

func readBank(name string) bank {
	text, err := data.ReadFile("data/" + name)
	if err != nil {
		panic(err) // built in
	}
	b := bank{lines: map[string][]string{}}
	heading := ""
	for line := range strings.Lines(string(text)) {
		line = strings.TrimSpace(line)
		switch {
		case line == "" || line[0] == '#':
		case strings.HasPrefix(line, "= "):
			heading = line[2:]
			if _, twice := b.lines[heading]; !twice {
				b.order = append(b.order, heading)
				b.lines[heading] = nil
			}
		case heading == "":
			panic(fmt.Sprintf("%s: %q stands under no heading", name, line))
		default:
			b.lines[heading] = append(b.lines[heading], line)
		}
	}
	return b
}

// words are the entries under a heading that holds words: spaces part them, an
// underscore is a space.
func (b bank) words(heading string) (all []string) {
	lines, ok := b.lines[heading]
	if !ok {
		panic("no heading " + heading)
	}
	for _, line := range lines {
		for _, w := range strings.Fields(line) {
			all = append(all, strings.ReplaceAll(w, "_", " "))
		}
	}
	return all
}

// A convention is how one community names people, with its share in a thousand.
type convention struct {
	women, men           [][]string
	womenShare, menShare weights
	family               [][]string
	familyShare          weights
	made                 bool // family names beyond the list are made of heads and tails
}

var (
	names, conventions = readNames()
	families           = struct{ heads, tails []string }{readBank("names.txt").words("family heads"), readBank("names.txt").words("family tails")}
	madeNames          = makeNames()

	places      = readBank("places.txt")
	towns       = places.words("towns")
	streets     = places.words("streets")
	venues      = places.words("venues")
	townWeights = falling(len(towns), 3)
	handleWords = strings.Fields("moor wolf shadow ghost lad raven fox tarn hawk storm night dark real just king queen blue red lone lucky silent north harbour rider gamer pixel ace rogue echo")
)

func readNames() (all []convention, share weights) {
	b := readBank("names.txt")
	var each []int
	for _, c := range []struct {
		name  string
		share int
	}{{"northern", 780}, {"welsh", 25}, {"southasian", 85}, {"polish", 40}, {"arabic", 20}, {"chinese", 12}, {"african", 30}, {"iberian", 8}} {
		spellings := func(heading string) (all [][]string) {
			for _, w := range b.words(heading) {
				all = append(all, strings.Split(w, "/"))
			}
			return all
		}
		n := convention{women: spellings(c.name + " f"), men: spellings(c.name + " m"), family: spellings(c.name + " families"), made: c.name == "northern"}
		n.womenShare, n.menShare, n.familyShare = falling(len(n.women), 12), falling(len(n.men), 12), falling(len(n.family), 10)
		all, each = append(all, n), append(each, c.share)
	}
	return all, weigh(each...)
}

func makeNames() (all [][]string) {
	for _, head := range families.heads {
		for _, tail := range families.tails {
			if !strings.HasSuffix(strings.ToLower(head), tail[:1]) {
				all = append(all, []string{head + tail})
			}
		}
	}
	return all
}

func (c *convention) familyName(r *random) []string {
	if !c.made || r.chance(450) {
		name := c.family[c.familyShare.draw(r)]
		if c.made && r.chance(25) {
			return []string{name[0] + "-" + pick(r, madeNames)[0], name[0]}
		}
		return name
	}
	return pick(r, madeNames)
}
