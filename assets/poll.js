// poll keeps an element such as
//
//   <div data-poll="/imports/7/progress">
//     <p role="status">120 of 400 rows read</p> <progress value="120" max="400"></progress>
//   </div>
//
// up to date with what its address answers: {"text", "value", "max", "done"}. Text
// is set as text, never as markup. Once all is done the page is loaded again, and
// the server shows what came of it.
export function poll (element) {
  const text = element.querySelector('[role=status]')
  const bar = element.querySelector('progress')
  let wait = 1000

  async function ask () {
    if (document.hidden) {
      document.addEventListener('visibilitychange', ask, { once: true })
      return
    }
    try {
      const answer = await fetch(element.dataset.poll, { headers: { Accept: 'application/json' }, cache: 'no-store' })
      if (!answer.ok) throw new Error(String(answer.status))
      const now = await answer.json()
      if (text && text.textContent !== now.text) text.textContent = now.text
      if (bar && now.max > 0) { bar.max = now.max; bar.value = now.value }
      if (now.done) { location.reload(); return }
      wait = 1000
    } catch {
      wait = Math.min(wait * 2, 30000) // the network, or the server, is away for a while
    }
    setTimeout(ask, wait)
  }
  setTimeout(ask, wait)
}
