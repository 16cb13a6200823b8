// Signing in leads away and back to the home page: remember what was asked for.
if (location.search) sessionStorage.setItem('wanted', location.pathname + location.search)
