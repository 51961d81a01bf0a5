import { whenTold } from './shared/serve'
import { sessionStore } from './sessions/store'

/** Tells the port, and ends the server when it is told to, after its store. */
export function started() {
  console.log(JSON.stringify({ port: Number(process.env.PORT) }))
  whenTold(async () => {
    await sessionStore().close()
    process.exit()
  })
}
