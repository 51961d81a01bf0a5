# The server on Alpine Linux, with musl.
#
#   docker build -f alpine.Dockerfile -t app .
#   docker run --rm -p 3000:3000 -e MONGO_URL=mongodb://mongo.example.com/app app

FROM node:22-alpine
ENV NODE_ENV=production
WORKDIR /app
COPY package.json package-lock.json ./
RUN npm ci --omit=dev
COPY . .
USER node
EXPOSE 3000
HEALTHCHECK CMD ["node", "healthcheck.js"]
CMD ["node", "app.js"]
