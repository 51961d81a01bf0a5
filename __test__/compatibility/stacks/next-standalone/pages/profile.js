// A page of the Pages Router, which the server renders for each request.

import { withSession } from '../sessions/pages-router'

export async function getServerSideProps({ req, res }) {
  const session = await withSession(req, res)
  return { props: { user: session.user ?? null } }
}

export default function Profile({ user }) {
  return <p>{user ?? 'nobody'}</p>
}
