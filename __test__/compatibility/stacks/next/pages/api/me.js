export default function handler(req, res) {
  res.json({ id: req.sessionID, user: req.session.user ?? null })
}
