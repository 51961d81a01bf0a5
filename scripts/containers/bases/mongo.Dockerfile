# Stands in for mongo:8: the mongod that the tests use, with the libraries of its machine, which is a Debian 12.

FROM node:22-slim
COPY mongod /usr/local/bin/mongod
COPY libraries /opt/mongod
RUN mkdir -p /data/db
CMD ["env", "LD_LIBRARY_PATH=/opt/mongod", "mongod", "--bind_ip_all", "--dbpath", "/data/db"]
