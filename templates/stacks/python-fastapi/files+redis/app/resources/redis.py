import redis.asyncio as client
from redis.exceptions import AuthenticationError, NoPermissionError

from app.resources.base import Resource


class Redis(Resource):
    def __init__(self, url: str) -> None:
        # A command fails soon while the server is away, and waits for a connection while all are in use.
        pool = client.BlockingConnectionPool.from_url(
            url, decode_responses=True, socket_timeout=5, socket_connect_timeout=5, max_connections=50, timeout=5
        )
        self.client = client.Redis.from_pool(pool)

    async def ping(self) -> None:
        await self.client.ping()

    def refused(self, error: Exception) -> bool:
        return isinstance(error, AuthenticationError | NoPermissionError)

    async def close(self) -> None:
        await self.client.aclose()
