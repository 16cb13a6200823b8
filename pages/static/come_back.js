// Back from a provider's consent page: ask for the page again, in the language that was left.
location.replace(
  location.pathname + location.search + '&lang=' + encodeURIComponent(sessionStorage.getItem('language') || 'ja'),
)
