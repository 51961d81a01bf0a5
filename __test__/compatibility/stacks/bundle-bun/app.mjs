import './shared/bundled.mjs'
