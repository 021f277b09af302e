# Builds Dunwell from this folder and puts the one file into an image of its own (docs/self-hosting.md, "In a container").
FROM node:24-bookworm-slim AS build
WORKDIR /src
COPY package.json package-lock.json .npmrc ./
RUN npm ci --no-audit --no-fund
COPY . .
RUN npm run build:binary

FROM debian:bookworm-slim
# The binary brings time zones, languages and the certificates of the public authorities; nothing is installed here.
RUN useradd --uid 10001 --user-group --no-create-home --home-dir /data --shell /usr/sbin/nologin dunwell \
    && install -d -o dunwell -g dunwell -m 0700 /data
COPY --from=build /src/dist/dunwell /usr/local/bin/dunwell
COPY --from=build /src/LICENSE /src/dist/THIRD-PARTY-LICENCES.txt /usr/share/doc/dunwell/
ENV DUNWELL_DATA_DIR=/data DUNWELL_HOST=0.0.0.0
USER 10001:10001
VOLUME /data
EXPOSE 3000
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=30s --timeout=10s --start-period=30s CMD ["dunwell", "health"]
ENTRYPOINT ["dunwell"]
CMD ["serve"]
