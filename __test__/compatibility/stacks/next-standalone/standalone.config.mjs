export default {
  output: 'standalone',
  serverExternalPackages: ['connect-mongo-native'],
}
