import { getSession } from '../../../sessions/app-router'

export async function GET() {
  const session = await getSession()
  return Response.json({ id: session?.id, user: session?.user ?? null })
}
