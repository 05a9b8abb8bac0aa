"""A program as its author wrote it for Discord: nothing in it knows of Salon."""

# ruff: noqa: T201  what it prints is how a test follows it

import os
import sys

import discord
from discord.ext import commands

bot = commands.Bot(command_prefix="!", intents=discord.Intents.all())


@bot.event
async def on_ready() -> None:
    guild = bot.guilds[0]
    print(f"ready {bot.user} {guild.name} {len(guild.members)}", flush=True)


@bot.event
async def on_resumed() -> None:
    print("resumed", flush=True)


@bot.event
async def on_typing(channel: discord.TextChannel, user: discord.Member, _when: object) -> None:
    print(f"typing {user.display_name} in {channel.name}", flush=True)


@bot.event
async def on_member_join(member: discord.Member) -> None:
    print(f"joined {member.display_name}", flush=True)


@bot.command()
async def ping(ctx: commands.Context[commands.Bot]) -> None:
    await ctx.reply(f"pong for {ctx.author.mention}")


@bot.command()
async def draft(ctx: commands.Context[commands.Bot]) -> None:
    message = await ctx.send("first words", embed=discord.Embed(title="A card"))
    await message.edit(content="better words")
    async for found in ctx.channel.history(limit=1):
        print(f"newest {found.content}", flush=True)
    await message.delete()


@bot.command()
async def react(ctx: commands.Context[commands.Bot]) -> None:
    try:
        await ctx.message.add_reaction("👍")
    except discord.HTTPException as error:
        print(f"refused {error.status} {error.code}", flush=True)


@bot.command()
async def many(ctx: commands.Context[commands.Bot]) -> None:
    for number in range(8):
        await ctx.send(f"number {number}")
    print("all sent", flush=True)


bot.run(os.environ["BOT_TOKEN"], log_handler=None)
sys.exit(0)
