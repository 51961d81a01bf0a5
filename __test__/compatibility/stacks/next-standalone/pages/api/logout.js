import { promisify } from 'node:util'
import { withSession } from '../../sessions/pages-router'

export default async function handler(req, res) {
  const session = await withSession(req, res)
  await promisify(session.destroy).call(session)
  res.json({})
}
