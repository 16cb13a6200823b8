// Show a document in a frame of its own, in which no script runs, as tall as it is; or let it alone be printed.
{
  const { key, told, prints, packed } = document.currentScript.dataset
  const text = new TextDecoder().decode(Uint8Array.from(atob(packed), (one) => one.charCodeAt(0)))
  // What was there before keeps its place until the next is drawn.
  const heights = (window.paperHeights ??= {})
  const frame = document.createElement('iframe')
  // No scripts, forms, windows or downloads; of this origin only so that its height can be read from here.
  frame.sandbox = 'allow-same-origin'
  frame.title = told
  frame.className = 'paper'
  frame.style.height = `${heights[key] ?? 640}px`
  frame.srcdoc = text
  frame.addEventListener('load', () => {
    const body = frame.contentDocument?.body
    if (!body) return
    const fit = () => {
      const edges = frame.offsetHeight - frame.clientHeight
      heights[key] = Math.ceil(body.getBoundingClientRect().height) + edges
      frame.style.height = `${heights[key]}px`
    }
    new ResizeObserver(fit).observe(body)
    fit()
  })
  document.currentScript.after(frame)
  if (prints) {
    // Frames are cut where a page of paper ends. In a shadow the document's style is about nothing else.
    const host = document.createElement('div')
    host.className = 'paper-print'
    const page = new DOMParser().parseFromString(text, 'text/html')
    const style = document.createElement('style')
    style.textContent = (page.querySelector('style')?.textContent ?? '').replaceAll(':root', ':host')
    host.attachShadow({ mode: 'open' }).append(style, document.adoptNode(page.body))
    document.body.append(host)
    const gone = new MutationObserver(() => {
      if (frame.isConnected) return
      host.remove()
      gone.disconnect()
    })
    gone.observe(document.body, { childList: true, subtree: true })
  }
}
