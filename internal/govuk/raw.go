package govuk

import (
	"crypto/sha256"
	"encoding/base64"

	"github.com/a-h/templ"
)

// This file is the only one that may write markup that nothing has escaped. A
// test looks for templ.Raw and templ.SafeURL everywhere else.

// InlineScript is the one script inside the page. It stands first in the body, so
// that components that need scripts do not jump once the scripts are there. It is
// govuk-frontend's own, to the letter: its hash is in the security policy.
const InlineScript = `document.body.className += ' js-enabled' + ('noModule' in HTMLScriptElement.prototype ? ' govuk-frontend-supported' : '');`

// InlineScriptHash is the source expression by which a policy admits InlineScript.
func InlineScriptHash() string {
	sum := sha256.Sum256([]byte(InlineScript))
	return "'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'"
}

func inlineScript() templ.Component { return templ.Raw("<script>" + InlineScript + "</script>") }
