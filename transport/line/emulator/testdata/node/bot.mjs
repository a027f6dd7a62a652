// A bot that is written with LINE's SDK for Node. It echoes texts, tells who writes, pushes, sends
// to many, gives a rich menu and measures pictures. It prints its port when it is ready.
import http from "node:http";
import { messagingApi, middleware, HTTPFetchError } from "@line/bot-sdk";

const { LINE_API: baseURL, LINE_SECRET: channelSecret, LINE_TOKEN: channelAccessToken } = process.env;
const api = new messagingApi.MessagingApiClient({ channelAccessToken, baseURL });
const blob = new messagingApi.MessagingApiBlobClient({ channelAccessToken, baseURL });
const said = (text) => [{ type: "text", text }];

async function makeMenu(userId) {
  const { richMenuId } = await api.createRichMenu({
    size: { width: 800, height: 540 },
    selected: true,
    name: "menu",
    chatBarText: "Menu",
    areas: [{
      bounds: { x: 0, y: 0, width: 800, height: 540 },
      action: { type: "postback", label: "Buy", data: "buy" },
    }],
  });
  const image = Buffer.from(process.env.MENU_IMAGE, "base64");
  await blob.setRichMenuImage(richMenuId, new Blob([image], { type: "image/png" }));
  await api.linkRichMenuIdToUser(userId, richMenuId);
  return richMenuId;
}

async function measure(messageId) {
  let size = 0;
  for await (const chunk of await blob.getMessageContent(messageId)) size += chunk.length;
  return `${size} bytes`;
}

const answers = {
  name: async ({ source }) => (await api.getProfile(source.userId)).displayName,
  push: async ({ source }) => {
    const { sentMessages } = await api.pushMessage({ to: source.userId, messages: said("pushed") });
    return `pushed ${sentMessages.length}`;
  },
  twice: async ({ source }) => {
    const key = "123e4567-e89b-12d3-a456-426614174000";
    const message = { to: source.userId, messages: said("once") };
    await api.pushMessage(message, key);
    try {
      await api.pushMessage(message, key);
    } catch (e) {
      if (e instanceof HTTPFetchError) return `refused with ${e.status}`;
    }
    return "sent twice";
  },
  many: async ({ source }) => {
    await api.multicast({ to: [source.userId], messages: said("to many") });
    return "sent";
  },
  menu: async ({ source }) => {
    const id = await makeMenu(source.userId);
    return (await api.getRichMenuIdOfUser(source.userId)).richMenuId === id ? "linked" : "not linked";
  },
};

async function handle(event) {
  let text;
  if (event.type === "postback") text = `tapped ${event.postback.data}`;
  else if (event.type !== "message") return;
  else if (event.message.type === "image") text = await measure(event.message.id);
  else text = await (answers[event.message.text] ?? (() => event.message.text))(event);
  await api.replyMessage({ replyToken: event.replyToken, messages: said(text) });
}

const verify = middleware({ channelSecret });
const server = http.createServer((req, res) => {
  verify(req, res, async (error) => {
    try {
      if (error) throw error;
      await Promise.all(req.body.events.map(handle));
      res.writeHead(200).end();
    } catch (e) {
      console.error(e.name, e.status ?? "", e.body ?? e.message);
      res.writeHead(500).end();
    }
  });
});
server.listen(0, "127.0.0.1", () => console.log(server.address().port));
process.stdin.on("end", () => process.exit(0)).resume(); // ends with the test that started it
