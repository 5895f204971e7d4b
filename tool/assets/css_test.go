package main

import "testing"

func TestOursTakesOutTheGovernments(t *testing.T) {
	in := `@font-face{font-family:GDS Transport;src:url(/assets/fonts/light.woff2)}` +
		`.a{font-family:GDS Transport,arial,sans-serif}` +
		`.govuk-footer__crown{display:block}` +
		`.govuk-footer__copyright-logo{background-image:url(/assets/images/govuk-crest.svg)}`
	if left := forbidden([]byte(in)); left == "" {
		t.Fatal("the sheet as it came holds nothing forbidden: the test is not one")
	}
	out := ours(in)
	if left := forbidden([]byte(out)); left != "" {
		t.Errorf("%q is left in %s", left, out)
	}
}

func TestForbiddenIsFoundInAnyCase(t *testing.T) {
	for _, s := range []string{"font:GDS TRANSPORT", "url(/x/Crest.svg)", "a.woff2", ".moj-header__logotype"} {
		if forbidden([]byte(s)) == "" {
			t.Errorf("%q passes", s)
		}
	}
}

func TestOnlyKeepsTheBlocksNamed(t *testing.T) {
	css := `.moj-search{a:b}.moj-search-toggle{c:d}.moj-badge--red{e:f}@media print{.moj-alert{g:h}.moj-badge{i:j}}@media screen{.moj-alert{k:l}}.moj-alert .moj-search__input{m:n}`
	want := `.moj-search{a:b}.moj-badge--red{e:f}@media print{.moj-badge{i:j}}.moj-alert .moj-search__input{m:n}`
	if got := only(css, []string{"search", "badge"}); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	if got := only("", []string{"x"}); got != "" {
		t.Errorf("empty sheet gives %q", got)
	}
	if got := only(".moj-search{a:b", []string{"search"}); got != ".moj-search{a:}" && got != ".moj-search{a:b}" {
		t.Errorf("sheet cut off gives %q", got)
	}
}
