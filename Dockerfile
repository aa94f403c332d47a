# One image for the API, the workers and the command line; docker-compose.yml says which one runs.
FROM node:22.15.0-bookworm-slim AS build
WORKDIR /voxelmark
COPY package.json package-lock.json .npmrc ./
RUN npm ci
COPY . .
RUN npm run build && npm prune --omit=dev

FROM node:22.15.0-bookworm-slim
ENV NODE_ENV=production
WORKDIR /voxelmark
COPY --from=build /voxelmark ./
RUN mkdir /data /runner && chown node:node /data /runner
USER node
ENTRYPOINT ["node"]
CMD ["dist/apps/api/src/main.js"]
