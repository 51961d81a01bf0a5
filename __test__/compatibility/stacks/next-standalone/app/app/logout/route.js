import { destroySession, getSession } from '../../../lib/app-session'

export async function POST() {
  const session = await getSession()
  if (session) await destroySession(session)
  return Response.json({})
}
