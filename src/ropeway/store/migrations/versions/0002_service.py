"""What a running service remembers: agents, calls, tokens, errands, progress, processes, the audit trail."""

import sqlalchemy as sa
from alembic import op

from ropeway.store import queue_schema

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.create_table('agent',
    sa.Column('id', sa.String(), nullable=False),
    sa.Column('tenant', sa.Integer(), nullable=False),
    sa.Column('name', sa.String(), nullable=False),
    sa.Column('domain', sa.String(), nullable=False),
    sa.Column('certificate', sa.Text(), nullable=False),
    sa.Column('fingerprint', sa.String(), nullable=False),
    sa.Column('expires', sa.Float(), server_default=sa.text("0"), nullable=False),
    sa.Column('next_certificate', sa.Text(), server_default=sa.text("''"), nullable=False),
    sa.Column('next_fingerprint', sa.String(), nullable=True),
    sa.Column('removed', sa.Float(), nullable=True),
    sa.Column('version', sa.String(), server_default=sa.text("''"), nullable=False),
    sa.Column('address', sa.String(), server_default=sa.text("''"), nullable=False),
    sa.Column('trace', sa.String(), server_default=sa.text("'info'"), nullable=False),
    sa.Column('registered', sa.Float(), nullable=False),
    sa.Column('seen', sa.Float(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_agent')),
    sa.UniqueConstraint('fingerprint', name=op.f('uq_agent_fingerprint')),
    sa.UniqueConstraint('next_fingerprint', name=op.f('uq_agent_next_fingerprint'))
    )
    op.create_index('ix_agent_domain', 'agent', ['tenant', 'domain'], unique=False)
    op.create_table('answer',
    sa.Column('tenant', sa.Integer(), nullable=False),
    sa.Column('call', sa.Integer(), nullable=False),
    sa.Column('seq', sa.Integer(), nullable=False),
    sa.Column('last', sa.Boolean(), nullable=False),
    sa.Column('body', sa.LargeBinary(), nullable=False),
    sa.PrimaryKeyConstraint('call', 'seq', name=op.f('pk_answer'))
    )
    op.create_table('audit',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('tenant', sa.Integer(), nullable=False),
    sa.Column('time', sa.Float(), nullable=False),
    sa.Column('who', sa.String(), nullable=False),
    sa.Column('action', sa.String(), nullable=False),
    sa.Column('subject', sa.String(), nullable=False),
    sa.Column('outcome', sa.String(), nullable=False),
    sa.Column('details', sa.Text(), server_default=sa.text("'{}'"), nullable=False),
    sa.Column('request', sa.String(), server_default=sa.text("''"), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_audit'))
    )
    op.create_index('ix_audit_time', 'audit', ['tenant', 'time'], unique=False)
    op.create_table('authority',
    sa.Column('tenant', sa.Integer(), nullable=False),
    sa.Column('name', sa.String(), nullable=False),
    sa.Column('certificate', sa.Text(), nullable=False),
    sa.Column('key', sa.LargeBinary(), nullable=False),
    sa.Column('created', sa.Float(), nullable=False),
    sa.PrimaryKeyConstraint('tenant', 'name', name=op.f('pk_authority'))
    )
    op.create_table('backup',
    sa.Column('tenant', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('time', sa.Float(), nullable=False),
    sa.Column('machine', sa.String(), nullable=False),
    sa.Column('place', sa.String(), nullable=False),
    sa.Column('bytes', sa.BigInteger(), nullable=False),
    sa.PrimaryKeyConstraint('tenant', name=op.f('pk_backup'))
    )
    op.create_table('call',
    sa.Column('number', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('tenant', sa.Integer(), nullable=False),
    sa.Column('domain', sa.String(), nullable=False),
    sa.Column('job', sa.Integer(), nullable=False),
    sa.Column('method', sa.String(), nullable=False),
    sa.Column('body', sa.LargeBinary(), nullable=False),
    sa.Column('state', sa.String(), nullable=False),
    sa.Column('agent', sa.String(), server_default=sa.text("''"), nullable=False),
    sa.Column('attempt', sa.Integer(), server_default=sa.text('0'), nullable=False),
    sa.Column('renewed', sa.Float(), nullable=True),
    sa.Column('acknowledged', sa.Integer(), server_default=sa.text('0'), nullable=False),
    sa.Column('created', sa.Float(), nullable=False),
    sa.Column('expires', sa.Float(), nullable=False),
    sa.Column('carried', sa.String(), server_default=sa.text("''"), nullable=False),
    sa.PrimaryKeyConstraint('number', name=op.f('pk_call')),
    sqlite_autoincrement=True
    )
    op.create_index('ix_call_state', 'call', ['state', 'domain'], unique=False)
    op.create_index('ix_call_watch', 'call', ['job'], unique=True, sqlite_where=sa.text("method = 'watch'"), postgresql_where=sa.text("method = 'watch'"))
    op.create_table('errand',
    sa.Column('number', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('tenant', sa.Integer(), nullable=False),
    sa.Column('method', sa.String(), nullable=False),
    sa.Column('arguments', sa.LargeBinary(), nullable=False),
    sa.Column('asked_by', sa.String(), nullable=False),
    sa.Column('request', sa.String(), server_default=sa.text("''"), nullable=False),
    sa.Column('state', sa.String(), nullable=False),
    sa.Column('worker', sa.String(), server_default=sa.text("''"), nullable=False),
    sa.Column('renewed', sa.Float(), nullable=True),
    sa.Column('attempts', sa.Integer(), server_default=sa.text('0'), nullable=False),
    sa.Column('progress', sa.LargeBinary(), nullable=True),
    sa.Column('result', sa.LargeBinary(), nullable=True),
    sa.Column('created', sa.Float(), nullable=False),
    sa.Column('expires', sa.Float(), nullable=False),
    sa.Column('carried', sa.String(), server_default=sa.text("''"), nullable=False),
    sa.PrimaryKeyConstraint('number', name=op.f('pk_errand')),
    sqlite_autoincrement=True
    )
    op.create_index('ix_errand_state', 'errand', ['state'], unique=False)
    op.create_table('errand_part',
    sa.Column('tenant', sa.Integer(), nullable=False),
    sa.Column('errand', sa.Integer(), nullable=False),
    sa.Column('seq', sa.Integer(), nullable=False),
    sa.Column('body', sa.LargeBinary(), nullable=False),
    sa.PrimaryKeyConstraint('errand', 'seq', name=op.f('pk_errand_part'))
    )
    op.create_table('process',
    sa.Column('id', sa.String(), nullable=False),
    sa.Column('tenant', sa.Integer(), nullable=False),
    sa.Column('role', sa.String(), nullable=False),
    sa.Column('machine', sa.String(), nullable=False),
    sa.Column('version', sa.String(), nullable=False),
    sa.Column('started', sa.Float(), nullable=False),
    sa.Column('seen', sa.Float(), nullable=False),
    sa.Column('url', sa.String(), server_default=sa.text("''"), nullable=False),
    sa.Column('authority', sa.String(), server_default=sa.text("''"), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_process'))
    )
    op.create_table('progress',
    sa.Column('job', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('tenant', sa.Integer(), nullable=False),
    sa.Column('stage', sa.String(), nullable=False),
    sa.Column('done', sa.Integer(), nullable=False),
    sa.Column('total', sa.Integer(), nullable=True),
    sa.Column('began', sa.Float(), nullable=False),
    sa.Column('updated', sa.Float(), nullable=False),
    sa.PrimaryKeyConstraint('job', name=op.f('pk_progress'))
    )
    op.create_table('synchronization_secret',
    sa.Column('tenant', sa.Integer(), nullable=False),
    sa.Column('key', sa.String(), nullable=False),
    sa.Column('value', sa.Text(), nullable=False),
    sa.Column('changed', sa.Float(), nullable=False),
    sa.PrimaryKeyConstraint('tenant', 'key', name=op.f('pk_synchronization_secret'))
    )
    op.create_table('token',
    sa.Column('digest', sa.String(), nullable=False),
    sa.Column('tenant', sa.Integer(), nullable=False),
    sa.Column('kind', sa.String(), nullable=False),
    sa.Column('subject', sa.String(), nullable=False),
    sa.Column('created', sa.Float(), nullable=False),
    sa.Column('expires', sa.Float(), nullable=False),
    sa.Column('used', sa.Float(), nullable=True),
    sa.PrimaryKeyConstraint('digest', name=op.f('pk_token'))
    )
    op.create_index('ix_token_subject', 'token', ['kind', 'subject'], unique=False)
    op.add_column('job', sa.Column('next_run', sa.Float(), server_default=sa.text('0'), nullable=True))
    op.create_index('ix_job_next_run', 'job', ['tenant', 'next_run'], unique=False)
    queue_schema.create(op.get_bind())
