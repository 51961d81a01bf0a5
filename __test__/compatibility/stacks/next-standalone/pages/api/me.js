import { withSession } from '../../lib/pages-session'

export default async function handler(req, res) {
  const session = await withSession(req, res)
  res.json({ id: req.sessionID, user: session.user ?? null })
}
