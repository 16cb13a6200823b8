// Lead to a provider's consent page; the address that it sends back to holds no language.
{
  const { language, url } = document.currentScript.dataset
  sessionStorage.setItem('language', language)
  if (/^https?:/.test(url)) location.assign(url)
}
