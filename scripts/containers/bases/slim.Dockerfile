# Stands in for node:22-slim: Debian 12 with Node.js and npm in /usr/local, and the user `node`.

FROM scratch
COPY debian /
COPY node /usr/local
RUN ln -s ../lib/node_modules/npm/bin/npm-cli.js /usr/local/bin/npm && useradd --uid 1000 --create-home node
CMD ["node"]
