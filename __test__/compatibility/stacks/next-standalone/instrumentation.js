// Next.js calls this once the server listens.

export async function register() {
  if (process.env.NEXT_RUNTIME !== 'nodejs') return
  const { started } = await import('./started')
  started()
}
