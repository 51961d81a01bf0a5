export default async function handler(req, res) {
  await new Promise((resolve, reject) => {
    req.session.regenerate((error) => (error ? reject(error) : resolve()))
  })
  req.session.user = req.query.user
  res.json({ id: req.sessionID })
}
