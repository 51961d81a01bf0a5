/** Renders the page. Vite tells by `import.meta.env` how it was loaded. */
export function render(user = 'nobody') {
  return `<p>${user}</p><p>${import.meta.env.PROD ? 'built' : 'in development'}</p>`
}
