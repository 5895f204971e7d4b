// What runs in a page. Every page works without it.
import {
  createAll, Button, CharacterCount, Checkboxes, ErrorSummary,
  NotificationBanner, Radios, ServiceNavigation, SkipLink
} from 'govuk-frontend'
import { passkey } from './passkey.js'
import { poll } from './poll.js'

// A radio has no expanded state in ARIA: a reader that meets one may say nothing,
// or something wrong.
class PlainRadios extends Radios {
  syncConditionalRevealWithInputState (input) {
    super.syncConditionalRevealWithInputState(input)
    input.removeAttribute('aria-expanded')
  }
}

for (const Component of [
  Button, CharacterCount, Checkboxes, ErrorSummary,
  NotificationBanner, PlainRadios, ServiceNavigation, SkipLink
]) createAll(Component)

document.querySelectorAll('[data-poll]').forEach(poll)
document.querySelectorAll('[data-passkey]').forEach(passkey)

// Filters stand open on a wide screen. Browsers that cannot do that by style
// alone are helped.
if (!CSS.supports('selector(::details-content)') && matchMedia('(min-width: 48.0625em)').matches) {
  document.querySelectorAll('.clew-filter').forEach(filter => { filter.open = true })
}

// A page that the browser kept from before is asked for again, so that nobody sees
// by pressing Back what is no longer theirs to see.
addEventListener('pageshow', event => { if (event.persisted) location.reload() })
