import { destroySession, getSession } from '../../../sessions/app-router'

export async function POST() {
  const session = await getSession()
  if (session) await destroySession(session)
  return Response.json({})
}
