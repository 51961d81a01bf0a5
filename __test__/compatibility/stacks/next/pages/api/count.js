export default function handler(req, res) {
  req.session.count = (req.session.count ?? 0) + 1
  res.json({ id: req.sessionID, count: req.session.count })
}
