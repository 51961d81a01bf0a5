import { withSession } from '../../sessions/pages-router'

export default async function handler(req, res) {
  const session = await withSession(req, res)
  session.count = (session.count ?? 0) + 1
  res.json({ id: req.sessionID, count: session.count })
}
