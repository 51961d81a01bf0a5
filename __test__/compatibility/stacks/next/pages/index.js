// A page that the server renders for the user who is logged in.

export async function getServerSideProps({ req }) {
  return { props: { user: req.session.user ?? null } }
}

export default function Page({ user }) {
  return <p>{user ?? 'nobody'}</p>
}
