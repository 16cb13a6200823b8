// A text area tells the server what is in it once typing rests, as a line of text does by itself. The cursor stays: to
// Streamlit it is the keys that save a text area. A word that is still being composed (Japanese) is waited for.
{
  const REST = 600
  let waiting = 0
  if (!window.typingRests) {
    window.typingRests = true
    document.addEventListener('input', (event) => {
      const area = event.target
      if (!(area instanceof HTMLTextAreaElement) || !area.closest('.st-key-report-editor')) return
      clearTimeout(waiting)
      if (!event.isComposing) waiting = setTimeout(tell, REST, area)
    })
    document.addEventListener('compositionend', (event) => {
      const area = event.target
      if (!(area instanceof HTMLTextAreaElement) || !area.closest('.st-key-report-editor')) return
      clearTimeout(waiting)
      waiting = setTimeout(tell, REST, area)
    })
  }
  const tell = (area) => {
    area.dispatchEvent(new KeyboardEvent('keydown', { key: 'Enter', ctrlKey: true, bubbles: true, cancelable: true }))
  }
}
