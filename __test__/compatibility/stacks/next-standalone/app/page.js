// A server component. It reads the cookie, so Next.js renders it for each request.

import { getSession } from '../sessions/app-router'

export default async function Page() {
  const session = await getSession()
  return <p>{session?.user ?? 'nobody'}</p>
}
