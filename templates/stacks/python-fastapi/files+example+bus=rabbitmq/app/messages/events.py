from app.messages.message import Message
from app.resources.connect import Resources


class MessageEvents:
    """Tells whoever has bound a queue to the exchange `events`."""

    def __init__(self, resources: Resources) -> None:
        self._rabbitmq = resources.rabbitmq

    async def received(self, message: Message) -> None:
        await self._rabbitmq.tell("message.received", str(message.id), message.model_dump_json(by_alias=True))
