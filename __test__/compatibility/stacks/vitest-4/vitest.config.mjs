export default { test: { globals: true, include: ['tests/*.spec.mjs'] } }
