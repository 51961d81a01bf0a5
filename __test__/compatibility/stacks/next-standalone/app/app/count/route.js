import { createSession, getSession, saveSession } from '../../../sessions/app-router'

export async function POST() {
  const session = (await getSession()) ?? (await createSession())
  session.count = (session.count ?? 0) + 1
  await saveSession(session)
  return Response.json({ id: session.id, count: session.count })
}
