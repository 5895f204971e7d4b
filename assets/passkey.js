// passkey lets a form such as
//
//   <form data-passkey="get" data-ask="/sign-in/passkey/ask" hidden>
//     <input type="hidden" name="answer"> <p role="alert"></p> <button>…</button>
//   </form>
//
// be sent with the answer of a passkey. The server says what to ask for once the
// button is pressed. The form stays hidden where the browser cannot do this.
export function passkey (form) {
  const can = window.PublicKeyCredential?.parseRequestOptionsFromJSON && window.PublicKeyCredential.parseCreationOptionsFromJSON
  if (!can) return
  form.hidden = false
  document.querySelectorAll('[data-no-passkey]').forEach(e => { e.hidden = true })
  const said = form.querySelector('[role=alert]')

  form.addEventListener('submit', async event => {
    if (form.elements.answer.value) return // it is being sent
    event.preventDefault()
    said.textContent = ''
    try {
      const asked = await fetch(form.dataset.ask, { method: 'POST', headers: { Accept: 'application/json' }, cache: 'no-store' })
      const ask = await asked.json()
      if (!asked.ok) throw new Error(ask.messages?.[0]?.text || '')
      const key = form.dataset.passkey === 'create'
        ? await navigator.credentials.create({ publicKey: PublicKeyCredential.parseCreationOptionsFromJSON(ask.publicKey) })
        : await navigator.credentials.get({ publicKey: PublicKeyCredential.parseRequestOptionsFromJSON(ask.publicKey) })
      form.elements.answer.value = JSON.stringify(key.toJSON())
      form.requestSubmit()
    } catch (wrong) {
      const ours = wrong.constructor === Error && wrong.message
      said.textContent = ours || 'No passkey was used. Try again, or go on without one.'
    }
  })
}
