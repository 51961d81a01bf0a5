// A browser at the program of the block.

/** The cookie that the program gave last, as it is sent back. */
export let cookie = ''

/** Where the program listens. */
export async function origin() {
  return `http://127.0.0.1:${await process.listening}`
}

/** Visits a page, or posts a form, and goes where it is redirected to. Resolves with the status and the text. */
export async function request(path, form) {
  const response = await fetch((await origin()) + path, {
    method: form ? 'POST' : 'GET',
    body: form && new URLSearchParams(form),
    headers: { cookie },
    redirect: 'manual',
  })
  cookie = response.headers.get('set-cookie')?.split(';')[0] ?? cookie
  if (response.status === 302) return request(response.headers.get('location'))
  return `${response.status} ${(await response.text()).trim()}`
}
