// A page that Next renders on the server with every visit.

export async function getServerSideProps({ req }) {
  req.session.visits = (req.session.visits ?? 0) + 1
  return { props: { visits: req.session.visits } }
}

export default function Visits({ visits }) {
  return <p>Visits: {visits}</p>
}
