import { withSession } from '../../sessions/pages-router'

export default async function handler(req, res) {
  const session = await withSession(req, res)
  res.json({ id: req.sessionID, user: session.user ?? null })
}
