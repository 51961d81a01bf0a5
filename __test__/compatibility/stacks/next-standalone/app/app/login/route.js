import { createSession, destroySession, getSession } from '../../../sessions/app-router'

export async function POST(request) {
  const before = await getSession()
  if (before) await destroySession(before)
  const session = await createSession({ user: request.nextUrl.searchParams.get('user') })
  return Response.json({ id: session.id })
}
