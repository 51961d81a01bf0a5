# The server in an image that has Node.js and no shell. Another image installs the packages.
#
#   docker build -f distroless.Dockerfile -t app .
#   docker run --rm -p 3000:3000 -e MONGO_URL=mongodb://mongo.example.com/app app

FROM node:22-slim AS build
WORKDIR /app
COPY package.json package-lock.json ./
RUN npm ci --omit=dev
COPY . .

FROM gcr.io/distroless/nodejs22-debian12:nonroot
ENV NODE_ENV=production
WORKDIR /app
COPY --from=build /app .
EXPOSE 3000
HEALTHCHECK CMD ["/nodejs/bin/node", "healthcheck.js"]
CMD ["app.js"]
