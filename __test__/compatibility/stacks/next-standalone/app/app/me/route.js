import { getSession } from '../../../lib/app-session'

export async function GET() {
  const session = await getSession()
  return Response.json({ id: session?.id, user: session?.user ?? null })
}
