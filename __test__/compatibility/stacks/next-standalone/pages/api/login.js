import { promisify } from 'node:util'
import { withSession } from '../../sessions/pages-router'

export default async function handler(req, res) {
  const session = await withSession(req, res)
  await promisify(session.regenerate).call(session)
  req.session.user = req.query.user
  res.json({ id: req.sessionID })
}
